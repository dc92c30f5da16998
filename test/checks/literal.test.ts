import { createFixture } from 'fs-fixture';
import { expect, test } from 'vitest';
import { literal } from '../../scripts/checks/literal.ts';
import { openProject } from '../../scripts/project.ts';
import { surroundings } from './surroundings.ts';

const PINNED = `ghcr.io/acme/app@sha256:${'a'.repeat(64)}`;
const serve = (value: string) => `runtime_env:\n  env_vars:\n    CONTAINER_IMAGE_URI: ${value}\n`;

test.each([
  ['literal', PINNED, 'pass'],
  ['a variable', `\${CONTAINER_IMAGE_URI}`, 'warn'],
  ['a digest cut short', 'ghcr.io/acme/app@sha256:aaaaaaaa', 'warn'],
])('%s → %s', async (_what, value, status) => {
  await using fixture = await createFixture({
    'docker-build.yaml': 'image: ghcr.io/acme/app:1\n',
    'data/config/app.yaml': serve(value),
  });
  const at = surroundings({}, { project: await openProject(fixture.path, {}) });
  const [found] = await literal.ask(at);
  expect(found).toMatchObject({ id: 'project.config-literal', status });
  if (status === 'warn') expect(found?.evidence).toContain('data/config/app.yaml:3');
});

test('nothing names the image', async () => {
  await using fixture = await createFixture({ 'docker-build.yaml': 'image: ghcr.io/acme/app:1\n' });
  const at = surroundings({}, { project: await openProject(fixture.path, {}) });
  expect((await literal.ask(at))[0]?.status).toBe('skip');
});
