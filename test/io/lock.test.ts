import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock } from '../../scripts/io/lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const { signal } = new AbortController();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('lets one in at a time, and leaves nothing behind', async () => {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, () =>
      withLock(folder, { signal }, async () => {
        inside++;
        most = Math.max(most, inside);
        await pause(5);
        inside--;
      }),
    ),
  );
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

it('is given back when the work fails', async () => {
  await expect(withLock(folder, { signal }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withLock(folder, { signal, waitMs: 0 }, async () => 'in')).toBe('in');
});

it('is waited for, not for ever', async () => {
  let release = () => {};
  const held = withLock(
    folder,
    { signal },
    () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
  );
  await pause(50);
  await expect(withLock(folder, { signal, waitMs: 100 }, async () => {})).rejects.toMatchObject({
    code: 'PROJECT_LOCKED',
    message: expect.stringContaining(`process ${process.pid}`),
  });
  release();
  await held;
});

it.each([
  ['a process that has ended', () => `${spawnSync(process.execPath, ['-e', '']).pid} 1\n`],
  ['a process whose number was given to another one', () => `${process.ppid} 1\n`],
  ['nobody', () => ''],
])('of %s is taken over, by one of several', async (_whose, holder) => {
  await writeFile(join(folder, 'lock'), holder());
  let inside = 0;
  await Promise.all(
    Array.from({ length: 12 }, () =>
      withLock(folder, { signal, waitMs: 5_000 }, async () => {
        expect(++inside).toBe(1);
        await pause(5);
        inside--;
      }),
    ),
  );
  expect(await readdir(folder)).toEqual([]);
});
