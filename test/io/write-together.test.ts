import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Rewrite, writeTogether } from '../../scripts/io/write-together.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'together-'));
});
afterEach(() => rm(folder, { recursive: true }));

const rewrite = (name: string, before: string | null, after: string | null): Rewrite => ({
  path: join(folder, name),
  name,
  before: before === null ? null : Buffer.from(before),
  after: after === null ? null : Buffer.from(after),
});
const text = (name: string) => readFile(join(folder, name), 'utf8');

it('replaces, makes and removes, keeping the mode', async () => {
  await writeFile(join(folder, 'a'), 'old');
  await chmod(join(folder, 'a'), 0o604);
  await writeFile(join(folder, 'gone'), 'old');
  await writeTogether([
    rewrite('a', 'old', 'new'),
    rewrite('sub/b', null, 'made'),
    rewrite('gone', 'old', null),
  ]);
  expect([await text('a'), await text('sub/b')]).toEqual(['new', 'made']);
  expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o604);
  expect(await readdir(folder)).toEqual(['a', 'sub']);
});

it('writes nothing where one of them is not what was read', async () => {
  await writeFile(join(folder, 'a'), 'old');
  await writeFile(join(folder, 'b'), 'other');
  for (const wrong of [rewrite('b', 'old', 'new'), rewrite('b', null, 'new'), rewrite('c', 'old', 'new')]) {
    await expect(writeTogether([rewrite('a', 'old', 'new'), wrong])).rejects.toMatchObject({
      code: 'FILE_CHANGED',
    });
  }
  expect([await text('a'), await text('b'), await readdir(folder)]).toEqual(['old', 'other', ['a', 'b']]);
});

it('puts back what was written when one of them cannot be', async () => {
  await writeFile(join(folder, 'a'), 'old');
  await mkdir(join(folder, 'b/inside'), { recursive: true });
  const files = [rewrite('a', 'old', 'new'), rewrite('made', null, 'new'), rewrite('b', null, 'new')];
  await expect(writeTogether(files)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE', exit: 2 });
  expect([await text('a'), await readdir(folder)]).toEqual(['old', ['a', 'b']]);
});
