/**
 * What is remembered between runs: the state file in the project (read by other tools, so its keys are fixed)
 * and the history of pushes and releases in the project's private folder.
 */
import { appendFile, readFile, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Failure } from './errors.ts';
import { makePrivate } from './io/private-folder.ts';
import { writeWhole } from './io/write-whole.ts';
import type { Digest } from './oci/digest.ts';

/** Times are ISO 8601 in UTC, commits full hashes; null where there is none. */
export interface DeployState {
  readonly timestamp: string;
  readonly master_config_commit: string | null;
  readonly project_config_commit: string | null;
  /** `registry/repository@sha256:…` */
  readonly container_image_uri: string;
  readonly build_timestamp: string;
  readonly code_commit: string | null;
  /** `registry/repository:tag` that was pushed. */
  readonly image: string;
  readonly image_id: string | null;
  readonly pushed_at: string;
  /** False while the registry has not yet served all of it. */
  readonly verified: boolean;
}

/** The file as found. `value` null: not there or, with `problem`, not readable as a JSON object. */
export interface StateRead {
  readonly path: string;
  readonly value: Readonly<Partial<DeployState>> | null;
  readonly problem: string | null;
}

const NAME = '.last-deploy-state.json';

/** `.claude/` is where the agents of a project keep theirs; without it the project's top. */
export async function defaultStateFile(projectDir: string): Promise<string> {
  const claude = join(projectDir, '.claude');
  const isFolder = await stat(claude).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return join(isFolder ? claude : projectDir, NAME);
}

export async function readState(path: string): Promise<StateRead> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { path, value: null, problem: absent ? null : (error as Error).message };
  }
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json))
      return { path, value: json, problem: null };
  } catch {
    // said below
  }
  return { path, value: null, problem: 'it is not a JSON object' };
}

/**
 * Writes our keys and keeps whatever else stands in the file.
 * @throws Failure FILE_UNPARSABLE where the file is there and is no JSON object: it is not ours to overwrite
 */
export async function writeState(path: string, state: DeployState): Promise<void> {
  const before = await readState(path);
  refuseBroken(before);
  await writeWhole(path, `${JSON.stringify({ ...before.value, ...state }, null, 2)}\n`);
}

/** A build that is to be pushed has begun; a push that follows is its end. */
export interface BuildRecord {
  readonly kind: 'build';
  /** `registry/repository:tag` */
  readonly image: string;
  readonly startedAt: string;
}

/** @throws Failure FILE_UNPARSABLE */
export function refuseBroken({ path, problem }: StateRead): void {
  if (!problem) return;
  throw new Failure('FILE_UNPARSABLE', `the state file ${path} cannot be read: ${problem}`, {
    hint: 'mend it or move it away; it is written anew',
    next: `mv ${relative(process.cwd(), path) || path} ${NAME}.broken`,
  });
}

/**
 * Remembers the file as it is, or that there is none; the answer puts that back.
 * @throws Failure FILE_UNREADABLE; the answer: FILE_UNWRITABLE
 */
export async function keepState(path: string): Promise<() => Promise<void>> {
  const before = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new Failure('FILE_UNREADABLE', `the state file ${path} cannot be read: ${error.message}`, {
      next: `ls -ld ${path}`,
      cause: error,
    });
  });
  return () => (before ? writeWhole(path, before) : rm(path, { force: true }));
}

/** One push that this project made, whatever became of it. */
export interface PushRecord {
  readonly kind: 'push';
  /** `registry/repository:tag` */
  readonly image: string;
  readonly digest: Digest;
  readonly imageId: string | null;
  readonly sizeBytes: number | null;
  readonly pushedAt: string;
  readonly codeCommit: string | null;
  /** The release that made it was to write the files, too: `--resume` does what was asked. */
  readonly apply: boolean;
  /** Those that were asked for, as `linux/amd64`. Not in records of older versions. */
  readonly platforms?: readonly string[];
}

/** One release: a pushed digest that was proven (or let through unproven). */
export interface ReleaseRecord {
  readonly kind: 'release';
  /** `registry/repository@sha256:…` */
  readonly reference: string;
  readonly timestamp: string;
  readonly codeCommit: string | null;
  readonly verified: boolean;
}

/** What the history keeps of a release. */
export const releaseRecord = (state: DeployState): ReleaseRecord => ({
  kind: 'release',
  reference: state.container_image_uri,
  timestamp: state.timestamp,
  codeCommit: state.code_commit,
  verified: state.verified,
});

export type HistoryRecord = BuildRecord | PushRecord | ReleaseRecord;

/** Append-only: one JSON object a line. A line that was cut off by a crash is passed over. */
export interface History {
  readonly append: (record: HistoryRecord) => Promise<void>;
  /** Oldest first, as are the others. */
  readonly all: () => Promise<readonly HistoryRecord[]>;
  readonly pushes: () => Promise<readonly PushRecord[]>;
  readonly releases: () => Promise<readonly ReleaseRecord[]>;
}

/** `lost` is told why a record could not be kept: the work itself goes on. */
export function openHistory(folder: string, lost: (why: string) => void = () => {}): History {
  const path = join(folder, 'history.jsonl');
  const all = async (): Promise<HistoryRecord[]> => {
    const text = await readFile(path, 'utf8').catch(() => '');
    return text.split('\n').flatMap((line) => {
      try {
        return line ? [JSON.parse(line) as HistoryRecord] : [];
      } catch {
        return [];
      }
    });
  };
  return {
    all,
    async append(record) {
      try {
        await makePrivate(folder);
        await appendFile(path, `${JSON.stringify(record)}\n`, { mode: 0o600 });
      } catch (error) {
        lost((error as Error).message);
      }
    },
    pushes: async () => (await all()).filter((record) => record.kind === 'push'),
    releases: async () => (await all()).filter((record) => record.kind === 'release'),
  };
}
