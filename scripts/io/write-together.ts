/** Several files, all of them or none: all checked, all temporaries written, then renamed; on an error all put back. */
import { access, chmod, chown, constants, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../errors.ts';

export interface Rewrite {
  /** Absolute, no link. */
  readonly path: string;
  /** As shown to people. */
  readonly name: string;
  /** What was read; null: there was no file. */
  readonly before: Buffer | null;
  /** Null: the file goes away. */
  readonly after: Buffer | null;
}

/**
 * Names of the temporaries, so that they can be removed after a run that was killed. Each stands beside its file,
 * and its name ends so that nobody takes it for one of the same kind.
 */
export const temporaryFor = (path: string): string =>
  join(dirname(path), `.${basename(path)}.docker-build-tmp`);

/**
 * @throws Failure FILE_CHANGED where a file is not what was read, FILE_UNWRITABLE; nothing is changed then
 */
export async function writeTogether(rewrites: readonly Rewrite[]): Promise<void> {
  for (const rewrite of rewrites) await check(rewrite);
  const done: Rewrite[] = [];
  try {
    for (const rewrite of rewrites) await prepare(rewrite);
    for (const rewrite of rewrites) await unchanged(rewrite);
    for (const rewrite of rewrites) {
      await put(rewrite);
      done.push(rewrite);
    }
  } catch (error) {
    for (const { path, name, before, after } of done.reverse()) {
      const back = { path, name, before: after, after: before };
      await prepare(back);
      await put(back);
    }
    for (const { path } of rewrites) await rm(temporaryFor(path), { force: true }).catch(() => {});
    throw error;
  }
  for (const folder of new Set(rewrites.map(({ path }) => dirname(path)))) await syncFolder(folder);
}

async function check(rewrite: Rewrite): Promise<void> {
  const { path, before } = rewrite;
  await unchanged(rewrite);
  if (before) await access(path, constants.W_OK).catch(refused(rewrite));
}

/** @throws Failure FILE_CHANGED */
async function unchanged({ path, name, before }: Rewrite): Promise<void> {
  const now = await readFile(path).catch(() => null);
  if (now === null ? before === null : before !== null && now.equals(before)) return;
  throw new Failure('FILE_CHANGED', `${name} has changed since it was read`, {
    hint: 'nothing was written; run it again',
  });
}

/** The new content beside the file, on the disk, with the mode and owner of what it will replace. */
async function prepare(rewrite: Rewrite): Promise<void> {
  const { path, after } = rewrite;
  if (!after) return;
  const temporary = temporaryFor(path);
  try {
    const like = await stat(path).catch(() => null);
    await mkdir(dirname(path), { recursive: true });
    await rm(temporary, { force: true });
    const handle = await open(temporary, 'wx', like ? 0o600 : 0o666);
    try {
      await handle.writeFile(after);
      if (like) {
        const made = await handle.stat();
        if (made.uid !== like.uid || made.gid !== like.gid) await chown(temporary, like.uid, like.gid);
        await chmod(temporary, like.mode & 0o7777);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    refused(rewrite)(error as Error);
  }
}

async function put(rewrite: Rewrite): Promise<void> {
  const { path, after } = rewrite;
  await (after ? rename(temporaryFor(path), path) : rm(path)).catch(refused(rewrite));
}

const refused =
  ({ path, name }: Rewrite) =>
  (error: Error): never => {
    throw new Failure('FILE_UNWRITABLE', `${name} cannot be written: ${error.message}`, {
      hint: 'no file was changed',
      next: `ls -ld ${path}`,
      cause: error,
    });
  };

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
