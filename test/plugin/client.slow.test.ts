/** The real client, from npm: it judges the manifests, installs the plugin, and its copy runs. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFixture } from 'fs-fixture';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VERSION } from '../../scripts/version.ts';
import { finish } from '../support/engines/finish.ts';
import { npx } from './npx.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const CLIENT = ['node@22', '@anthropic-ai/claude-code@2.1.330'];

let place: Awaited<ReturnType<typeof createFixture>>;
let env: NodeJS.ProcessEnv;

/** A home that knows nothing, and the repository as a forge would give it. */
beforeAll(async () => {
  place = await createFixture({ home: {}, work: {}, 'forge/acme/docker-build.git': {} });
  const forge = place.getPath('forge/acme/docker-build.git');
  for (const part of ['.claude-plugin', 'marketplace.json', 'plugins', 'skills'])
    cpSync(join(root, part), join(forge, part), { recursive: true, verbatimSymlinks: true });
  const mine = `[url "file://${place.getPath('forge')}/"]
    insteadOf = https://github.com/
    insteadOf = git@github.com:
    insteadOf = ssh://git@github.com/
  [user]
    name = test
    email = test@localhost
  [safe]
    directory = *
  `;
  await place.writeFile('home/.gitconfig', mine);
  env = {
    PATH: process.env.PATH,
    HOME: place.getPath('home'),
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  };
  for (const words of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-q', '-m', 'all'],
  ])
    expect(await finish('git', words, { cwd: forge, env })).toMatchObject({ exitCode: 0 });
});
afterAll(() => place.rm());

async function claude(...words: string[]): Promise<string> {
  const done = await npx(CLIENT, ['claude', 'plugin', ...words], { cwd: place.getPath('work'), env });
  expect(done.exitCode, `${done.stdout}\n${done.stderr}`).toBe(0);
  return done.stdout;
}

it.each(['', 'plugins/docker-build'])('finds nothing wrong with ./%s', async (folder) => {
  expect(await claude('validate', '--strict', join(root, folder))).toContain('Validation passed');
});

it.each([
  ['a folder', () => place.getPath('forge/acme/docker-build.git')],
  ['a repository', () => 'acme/docker-build'],
])('installs from %s, and what is installed runs', async (_, source) => {
  await claude('marketplace', 'add', source());
  await claude('install', 'docker-build@cc-marketplace-developers');
  const [installed] = JSON.parse(await claude('list', '--json'));
  expect(installed).toMatchObject({ version: VERSION, enabled: true });

  const launcher = join(installed.installPath, 'bin/docker-build');
  const work = { cwd: place.getPath('work'), env };
  expect(await finish(launcher, ['--version'], work)).toMatchObject({ exitCode: 0, stdout: `${VERSION}\n` });
  expect(await finish(launcher, ['explain', 'digests'], work)).toMatchObject({ exitCode: 0 });

  await claude('uninstall', 'docker-build@cc-marketplace-developers');
  await claude('marketplace', 'remove', 'cc-marketplace-developers');
});
