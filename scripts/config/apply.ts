/** Writes what was planned: one run at a time, only into what is still as it was read, and so that it can be undone. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../errors.ts';
import { withLock } from '../io/lock.ts';
import { temporaryFor, writeTogether } from '../io/write-together.ts';
import type { PlannedFile } from './rewrite.ts';
import { readUndo, restoreUndo, saveUndo, undoRecord } from './undo.ts';

export interface ApplyInput {
  readonly dir: string;
  /** The project's private folder. */
  readonly folder: string;
  /** What was read, shown and proven. */
  readonly planned: readonly PlannedFile[];
  /** Plans once more: another run may have written since. */
  readonly planAgain: () => Promise<readonly PlannedFile[]>;
  readonly signal: AbortSignal;
}

/**
 * The files that were written.
 * @throws Failure FILE_CHANGED, FILE_UNWRITABLE, PROJECT_LOCKED; nothing is written then
 */
export async function apply({ dir, folder, planned, planAgain, signal }: ApplyInput): Promise<string[]> {
  if (planned.length === 0) return [];
  return withLock(folder, { signal }, async () => {
    const last = await readUndo(folder);
    const killed = last?.complete === false ? last : null;
    for (const { file } of killed?.files ?? []) await removeLeftover(temporaryFor(join(dir, file)));

    // what another run has put right in the meantime needs nothing; what else has changed is not ours to judge
    const open = await planAgain();
    for (const file of open) refuseChanged(file, planned);
    if (open.length === 0) return [];
    signal.throwIfAborted();
    const record = undoRecord(open, killed);
    await saveUndo(folder, record);
    await writeTogether(open).catch(async (error: unknown) => {
      // what was written before can still be undone
      if (await areAsRead(open)) await restoreUndo(folder, last);
      throw error;
    });
    await saveUndo(folder, { ...record, complete: true });
    return open.map(({ name }) => name);
  });
}

/** What cannot be removed is in the way, and will be said so where it is. */
const removeLeftover = (path: string): Promise<void> => rm(path, { force: true }).catch(() => {});

async function areAsRead(files: readonly PlannedFile[]): Promise<boolean> {
  const now = await Promise.all(files.map(({ path }) => readFile(path).catch(() => null)));
  return files.every(({ before }, at) => (before ? now[at]?.equals(before) : now[at] === null));
}

function refuseChanged(file: PlannedFile, planned: readonly PlannedFile[]): void {
  const read = planned.find(({ path }) => path === file.path);
  const same = read && (read.before === null ? file.before === null : file.before?.equals(read.before));
  if (same) return;
  throw new Failure('FILE_CHANGED', `${file.name} has changed since it was read`, {
    hint: 'nothing was written; run it again',
  });
}
