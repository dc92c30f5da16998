/**
 * What `--undo` needs to give the old bytes back: for each file its hash before and after, and each token with its
 * place. Never a file: the rest of it is nobody's business here.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../errors.ts';
import { withLock } from '../io/lock.ts';
import { makePrivate } from '../io/private-folder.ts';
import { type Rewrite, temporaryFor, writeTogether } from '../io/write-together.ts';
import { writeWhole } from '../io/write-whole.ts';
import { inOrder } from './edits.ts';
import type { PlannedFile } from './rewrite.ts';
import { hashOf, readSource, textOf } from './source.ts';

interface Token {
  /** In bytes, in the file as written. */
  readonly offset: number;
  readonly old: string;
  readonly new: string;
}

interface UndoneFile {
  readonly file: string;
  /** SHA-256, or `absent`. */
  readonly before: string;
  readonly after: string;
  readonly tokens: readonly Token[];
}

export interface UndoRecord {
  /** False from before the first file is written until all are. */
  readonly complete: boolean;
  readonly files: readonly UndoneFile[];
}

const pathIn = (folder: string) => join(folder, 'undo.json');

/** What this run is about to write, and what a run that was killed before this one had written. */
export function undoRecord(planned: readonly PlannedFile[], killed: UndoRecord | null): UndoRecord {
  const files = planned.map(undoneFile);
  const earlier = (killed?.files ?? []).filter(({ file }) => !files.some((one) => one.file === file));
  return { complete: false, files: [...earlier, ...files] };
}

function undoneFile({ source, before, after, edits }: PlannedFile): UndoneFile {
  const { text, encoding } = source;
  let shift = 0;
  const tokens = inOrder(edits).map(({ start, end, replacement }): Token => {
    const old = text.slice(start, end);
    const offset = Buffer.byteLength(text.slice(0, start), encoding) + shift;
    shift += Buffer.byteLength(replacement, encoding) - Buffer.byteLength(old, encoding);
    return { offset, old, new: replacement };
  });
  return { file: source.file, before: hashOf(before), after: hashOf(after), tokens };
}

/** 0600. */
export async function saveUndo(folder: string, record: UndoRecord): Promise<void> {
  await makePrivate(folder);
  await writeWhole(pathIn(folder), `${JSON.stringify(record)}\n`, 0o600);
}

/** As it was before a run that wrote nothing. */
export const restoreUndo = (folder: string, record: UndoRecord | null): Promise<void> =>
  record ? saveUndo(folder, record) : rm(pathIn(folder), { force: true });

export async function readUndo(folder: string): Promise<UndoRecord | null> {
  const text = await readFile(pathIn(folder), 'utf8').catch(() => null);
  try {
    return text === null ? null : (JSON.parse(text) as UndoRecord);
  } catch {
    return null;
  }
}

/**
 * Takes the last `--apply` back; the names of the files that were changed.
 * @throws Failure NOTHING_TO_UNDO, FILE_CHANGED, FILE_UNWRITABLE, PROJECT_LOCKED
 */
export async function undo(dir: string, folder: string, signal: AbortSignal): Promise<string[]> {
  return withLock(folder, { signal }, async () => {
    const record = await readUndo(folder);
    const rewrites = await rewritesBack(dir, record);
    for (const { file } of record?.files ?? []) await rm(temporaryFor(join(dir, file)), { force: true });
    await writeTogether(rewrites);
    await rm(pathIn(folder), { force: true });
    return rewrites.map(({ name }) => name);
  });
}

/**
 * The rewrites that take it back; files that stand as they did before are left out.
 * @throws Failure NOTHING_TO_UNDO, FILE_CHANGED where a file is not what was written
 */
async function rewritesBack(dir: string, record: UndoRecord | null): Promise<Rewrite[]> {
  if (!record) {
    throw new Failure(
      'NOTHING_TO_UNDO',
      'there is nothing to undo: --apply has written no file of this project since',
      {
        next: 'docker-build status',
      },
    );
  }
  const rewrites = await Promise.all(record.files.map((file) => rewriteBack(dir, file)));
  return rewrites.filter((rewrite) => rewrite !== null);
}

async function rewriteBack(
  dir: string,
  { file, before, after, tokens }: UndoneFile,
): Promise<Rewrite | null> {
  const { bytes, path } = await readSource(dir, file);
  const now = hashOf(bytes);
  if (now === before) return null;
  if (now !== after || !bytes) throw changed(file);
  const { encoding } = textOf(bytes);
  const parts: Buffer[] = [];
  let from = 0;
  for (const { offset, old, new: written } of tokens) {
    parts.push(bytes.subarray(from, offset), Buffer.from(old, encoding));
    from = offset + Buffer.byteLength(written, encoding);
  }
  const restored = Buffer.concat([...parts, bytes.subarray(from)]);
  if (before === 'absent') return { path, name: file, before: bytes, after: null };
  if (hashOf(restored) !== before) throw changed(file);
  return { path, name: file, before: bytes, after: restored };
}

const changed = (file: string) =>
  new Failure('FILE_CHANGED', `${file} has changed since --apply wrote it, so it cannot be undone`, {
    hint: 'nothing was changed; write the former value by hand, or take it from git',
    next: `git diff ${file}`,
  });
