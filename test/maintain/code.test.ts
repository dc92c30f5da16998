import { createFixture } from 'fs-fixture';
import { beforeAll, expect, test } from 'vitest';
import { finish } from '../support/engines/finish.ts';
import { installSkill } from '../support/install-skill.ts';

const skill = await createFixture();
let launcher: string;
beforeAll(async () => {
  launcher = await installSkill(skill.getPath('a skill'));
  return () => skill.rm();
});

test('a CommonJS package that is loaded late has its names in the bundle: YAML', async () => {
  await using project = await createFixture({
    'docker-build.yaml': 'image: localhost:1/acme/app:1\n',
    'data/config/app.yaml': 'runtime_env:\n  env_vars:\n    CONTAINER_IMAGE_URI: localhost:1/acme/app:1\n',
  });
  const done = await finish(launcher, ['config-report', '--json'], { cwd: project.path });
  expect(JSON.parse(done.stdout), done.stderr).toMatchObject({
    data: { targets: [{ file: 'data/config/app.yaml' }] },
  });
});

test('… and the agent for proxies', async () => {
  await using project = await createFixture({});
  const env = { ...process.env, HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '', no_proxy: '' };
  const done = await finish(launcher, ['verify', 'registry.invalid/a/b:1', '--json', '--timeout', '3'], {
    cwd: project.path,
    env,
  });
  expect(JSON.parse(done.stdout)).toMatchObject({ error: { code: 'UNREACHABLE' } });
});

test('the references are found from there', async () => {
  const done = await finish(launcher, ['explain', 'DENIED'], { cwd: skill.path });
  expect(done.stdout).toMatch(/^### DENIED/);
});
