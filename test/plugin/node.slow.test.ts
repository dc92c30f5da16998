import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createFixture } from 'fs-fixture';
import { expect, it } from 'vitest';
import { VERSION } from '../../scripts/version.ts';
import { npx } from './npx.ts';

const skill = fileURLToPath(new URL('../../plugins/docker-build/skills/docker-build', import.meta.url));

it.each(['20.18.1', '22', '24'])('runs on Node %s', async (version) => {
  await using place = await createFixture({});
  const copy = place.getPath('a skill');
  cpSync(skill, copy, { recursive: true });
  const run = (...words: string[]) =>
    npx([`node@${version}`], [`${copy}/scripts/docker-build`, ...words], { cwd: place.path });

  const node = await npx([`node@${version}`], ['node', '--version']);
  expect(node.stdout).toMatch(new RegExp(`^v${version.replaceAll('.', '\\.')}`));
  expect(await run('--version')).toMatchObject({ exitCode: 0, stdout: `${VERSION}\n`, stderr: '' });
  expect(await run('explain', 'digests')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await run('doctor', '--json')).toMatchObject({
    stdout: expect.stringMatching(/"id":"node","status":"pass"/),
  });
  expect(await run('verify', '127.0.0.1:1/me/app:1', '--timeout=1')).toMatchObject({ exitCode: 5 });
});
