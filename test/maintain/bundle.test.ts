import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bundleCode } from '../../scripts/maintain/code.ts';
import { thirdPartyNotices } from '../../scripts/maintain/notices.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

it('is committed as a fresh build gives it', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'scripts/maintain/bundle.ts', '--check'],
    { cwd: root, encoding: 'utf8' },
  );
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

it('gives the same bytes each time, and names no place of this machine', async () => {
  const [first, second] = await Promise.all([bundleCode(root), bundleCode(root)]);
  expect([...first.files]).toEqual([...second.files]);
  for (const text of first.files.values()) expect(text).not.toContain(root);
});

it('loads next to nothing for --version', async () => {
  const { files } = await bundleCode(root);
  const names = atStart('docker-build.mjs', files);
  const size = names.reduce((sum, name) => sum + (files.get(name)?.length ?? 0), 0);
  expect(size).toBeLessThan(5_000);
});

/** The chunks that are loaded before the first line of `name` runs. */
function atStart(name: string, files: ReadonlyMap<string, string>): string[] {
  const imports = [...(files.get(name) ?? '').matchAll(/(?:from|import)"\.\/([^"]+)"/g)];
  return [name, ...imports.flatMap(([, chunk = '']) => atStart(chunk, files))];
}

it('carries the licence of each package that is inside, and of no other', async () => {
  const { inside } = await bundleCode(root);
  const notices = await thirdPartyNotices(root, inside);
  const named = [...notices.matchAll(/^=+\n\n(\S+) \d/gm)].map(([, name]) => name);
  expect(named).toEqual([...named].sort());
  expect(named).toEqual(expect.arrayContaining(['commander', 'valibot', 'write-file-atomic', 'yaml', 'zx']));
  expect(named).not.toEqual(expect.arrayContaining([expect.stringMatching(/typescript|rolldown|vitest/)]));
});

it('refuses a package without a licence', async () => {
  await expect(thirdPartyNotices(root, ['test/node_modules/none/index.js'])).rejects.toThrow();
});
