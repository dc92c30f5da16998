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
import { diffOf, type Edit, edited, inOrder } from './edits.ts';
import { onlyFiles } from './only.ts';
import type { PlannedFile } from './rewrite.ts';
import { hashOf, readSource, type Source, textOf } from './source.ts';

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
  /** Of the tokens: bytes that are no UTF-8 may stand in one, and in the file no more. */
  readonly encoding?: Source['encoding'];
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
  return { file: source.file, before: hashOf(before), after: hashOf(after), encoding, tokens };
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

export interface UndoInput {
  readonly dir: string;
  readonly folder: string;
  /** Patterns as in .gitignore; none: all files. */
  readonly only: readonly string[];
  /** Nothing is written. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

export interface Undone {
  /** Names of the files that were changed. */
  readonly files: readonly string[];
  readonly diff: string;
}

/**
 * Takes the last `--apply` back; what `only` leaves out can still be taken back later.
 * @throws Failure NOTHING_TO_UNDO, FILE_CHANGED, FILE_UNWRITABLE, PROJECT_LOCKED
 */
export async function undo({ dir, folder, only, dryRun, signal }: UndoInput): Promise<Undone> {
  return withLock(folder, { signal }, async () => {
    const record = await readUndo(folder);
    const isSelected = await onlyFiles(dir, only);
    const selected = record?.files.filter(({ file }) => isSelected(file)) ?? [];
    if (!record || selected.length === 0) throw nothingToUndo(record ? only : []);
    const all = await Promise.all(selected.map((file) => wayBack(dir, file)));
    const ways = all.filter((way) => way !== null);
    const undone = { files: ways.map(({ name }) => name), diff: ways.map((way) => way.diff).join('') };
    if (dryRun) return undone;

    for (const { file } of selected) await rm(temporaryFor(join(dir, file)), { force: true });
    await writeTogether(ways);
    const left = record.files.filter((file) => !selected.includes(file));
    await restoreUndo(folder, left.length ? { ...record, files: left } : null);
    return undone;
  });
}

const nothingToUndo = (only: readonly string[]) =>
  new Failure(
    'NOTHING_TO_UNDO',
    only.length
      ? `there is nothing to undo: no file that --apply wrote matches --only ${only.join(' --only ')}`
      : 'there is nothing to undo: --apply has written no file of this project since',
    { next: 'docker-build status' },
  );

interface WayBack extends Rewrite {
  readonly diff: string;
}

/**
 * Null for a file that stands as it did before.
 * @throws Failure FILE_CHANGED where it is not what was written
 */
async function wayBack(dir: string, undone: UndoneFile): Promise<WayBack | null> {
  const { file, before, after, tokens } = undone;
  const { bytes, path } = await readSource(dir, file);
  const now = hashOf(bytes);
  if (now === before) return null;
  if (now !== after || !bytes) throw changed(file);
  // a record of an earlier version says nothing of it
  const encoding = undone.encoding ?? textOf(bytes).encoding;
  const text = bytes.toString(encoding);
  const edits = tokens.map(({ offset, old, new: written }): Edit => {
    const start = bytes.subarray(0, offset).toString(encoding).length;
    return { start, end: start + written.length, replacement: old };
  });
  const gone = before === 'absent';
  const restored = gone ? null : Buffer.from(edited(text, edits), encoding);
  if (hashOf(restored) !== before) throw changed(file);
  const diff = diffOf(file, text, edits, gone ? 'gone' : 'changed');
  return { path, name: file, before: bytes, after: restored, diff };
}

const changed = (file: string) =>
  new Failure('FILE_CHANGED', `${file} has changed since --apply wrote it, so it cannot be undone`, {
    hint: 'nothing was changed; write the former value by hand, or take it from git',
    next: `git diff ${file}`,
  });
