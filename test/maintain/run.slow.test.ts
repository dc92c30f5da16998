import { spawnSync } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createFixture } from 'fs-fixture';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const OWN = [
  'test/run.mjs',
  'test/support/needs.mjs',
  'test/support/vitest.mjs',
  'scripts/maintain/dependencies.mjs',
  'package.json',
];

const passing = "import { it } from 'vitest'; it('is right', () => {});";

/** The runner over tests of its own, in a project that has no engine but the ones said. */
async function runnerOver(files: Record<string, string>, suite: string[] = [], present = false) {
  await using project = await createFixture({
    'vitest.config.ts': `export default { test: { projects: ['unit', 'engines', 'slow'].map((name) => (
      { test: { name, include: ['test/' + name + '/**/*.test.ts'] } })) } };`,
    'test/support/engines.ts': `export const availableEngines = () => [{ name: 'podman4', present: ${present}, why: '' }];
      export const enginesForTests = () => ${present ? "['podman4']" : '[]'};`,
    'package-lock.json': '{"packages":{}}',
    ...files,
  });
  for (const file of OWN) cpSync(join(root, file), project.getPath(file));
  symlinkSync(join(root, 'node_modules'), project.getPath('node_modules'));
  const { status, stdout } = spawnSync(process.execPath, ['test/run.mjs', ...suite], {
    cwd: project.path,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [notRun, last] = stdout.trimEnd().split('\n').slice(-2);
  return { status, last, notRun };
}

it.each([
  ['a test that passes', passing, 0, '1 passed, 0 failed'],
  ['one that fails', `${passing} it('is wrong', () => { throw new Error('no'); });`, 1, '1 passed, 1 failed'],
  [
    'one that is skipped (in a file made here, to see it counted)',
    `${passing} it.skip('later', () => {});`,
    0,
    '1 passed, 0 failed, 1 skipped',
  ],
  ['a file that does not load', `import '../nowhere.ts'; ${passing}`, 1, '0 passed, 1 failed'],
  [
    'an error that no test has caught',
    `${passing} Promise.reject(new Error('uncaught'));`,
    1,
    '1 passed, 1 failed',
  ],
  ['a process that ends itself', `${passing} process.kill(process.pid, 'SIGKILL');`, 1, '0 passed, 1 failed'],
  ['a file without tests', 'export {};', 1, '0 passed, 1 failed'],
])('counts %s', async (_, source, status, last) => {
  expect(await runnerOver({ 'test/unit/a.test.ts': source })).toMatchObject({ status, last });
});

it('fails where there is nothing to run', async () => {
  expect(await runnerOver({})).toMatchObject({ status: 1, last: '0 passed, 1 failed' });
});

it('runs real engines only where there are some, and says in one line what was left out', async () => {
  const files = { 'test/unit/a.test.ts': passing, 'test/engines/b.test.ts': passing };
  const without = await runnerOver(files);
  expect(without).toMatchObject({ status: 0, last: '1 passed, 0 failed' });
  expect(without.notRun).toMatch(/^not run: podman4.*npm run engines:install.*npm run test:slow/);
  expect(await runnerOver(files, [], true)).toMatchObject({ status: 0, last: '2 passed, 0 failed' });
});

it('demands the engines where they are asked for', async () => {
  const demanding = `import { expect, it } from 'vitest';
    it('is told', () => expect(process.env.DOCKER_BUILD_ENGINES_DEMANDED).toBe('1'));`;
  expect(await runnerOver({ 'test/engines/b.test.ts': demanding }, ['engines'])).toMatchObject({
    status: 0,
    last: '1 passed, 0 failed',
  });
});
