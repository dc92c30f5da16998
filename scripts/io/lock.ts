/** One run at a time, by a file that names the process which holds it. A lock of a dead process is taken over. */
import { constants, copyFile, link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../errors.ts';
import { makePrivate } from './private-folder.ts';
import { sleep } from './retry.ts';

export interface LockOptions {
  readonly signal: AbortSignal;
  /** How long to wait for another run; 10,000 if left out. */
  readonly waitMs?: number;
}

/**
 * Does the work while holding the lock of that folder.
 * @throws Failure PROJECT_LOCKED
 */
export async function withLock<T>(
  folder: string,
  { signal, waitMs = 10_000 }: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  await makePrivate(folder).catch((error: Error) => {
    throw new Failure(
      'FILE_UNWRITABLE',
      `${folder}, where the way back is kept, cannot be made: ${error.message}`,
      {
        hint: 'nothing was written; XDG_STATE_HOME names a folder that can be written',
        cause: error,
      },
    );
  });
  const path = join(folder, 'lock');
  const mine = join(folder, `lock.${process.pid}.${Math.random().toString(36).slice(2)}`);
  await writeFile(mine, `${process.pid} ${(await startOf(process.pid)) ?? ''}\n`, { mode: 0o600 });
  try {
    await take(path, mine, Date.now() + waitMs, signal);
    try {
      return await work();
    } finally {
      await rm(path, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** A link is made whole or not at all: nobody ever reads a lock without its owner in it. */
async function take(path: string, mine: string, until: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const error = await linkOrCopy(mine, path).then(
      () => null,
      (reason: NodeJS.ErrnoException) => reason,
    );
    if (!error) return;
    if (error.code !== 'EEXIST') throw error;
    const holder = await readFile(path, 'utf8').catch(() => null);
    if (holder !== null && !(await isAlive(holder))) {
      await removeStale(path, holder, mine);
      await sleep(1, signal);
      continue;
    }
    if (Date.now() >= until) {
      throw new Failure(
        'PROJECT_LOCKED',
        `another run (process ${holder?.split(' ')[0] ?? '?'}) is writing this project's files`,
        {
          hint: 'wait until it has ended, then run this again',
        },
      );
    }
    await sleep(50, signal);
  }
}

/** Where there are no links, a copy is nearly as good. */
const linkOrCopy = (from: string, to: string): Promise<void> =>
  link(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw error;
    return copyFile(from, to, constants.COPYFILE_EXCL);
  });

/**
 * Only who holds the guard removes a lock that is not his own, so that what he has read there is what he removes:
 * as long as the dead one's lock stands, nobody can put another in its place.
 */
async function removeStale(path: string, holder: string, mine: string): Promise<void> {
  const guard = `${path}.takeover`;
  const error = await linkOrCopy(mine, guard).then(
    () => null,
    (reason: NodeJS.ErrnoException) => reason,
  );
  if (error) {
    const other = await readFile(guard, 'utf8').catch(() => null);
    if (other !== null && !(await isAlive(other))) await rm(guard, { force: true });
    return;
  }
  try {
    if ((await readFile(path, 'utf8').catch(() => null)) === holder) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

async function isAlive(holder: string): Promise<boolean> {
  const [word = '', start = ''] = holder.trim().split(' ');
  const pid = Number(word);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // the number may have been given to another process since
  const now = await startOf(pid);
  return start === '' || now === null || now === start;
}

/** When a process was started, in the kernel's own ticks; null where that cannot be known. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
