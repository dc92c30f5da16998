/** This machine as the checks see it. A test hands in another one, for what cannot be broken here. */
import { accessSync, constants, statSync } from 'node:fs';
import { readFile, stat, statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Command, Finished } from '../io/run.ts';

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
}

export interface FileFacts {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits, those for set-uid among them. */
  readonly mode: number;
  readonly kind: 'file' | 'folder' | 'socket' | 'other';
}

export interface Machine {
  readonly system: NodeJS.Platform;
  /** `process.arch`. */
  readonly arch: string;
  /** Without the `v`. */
  readonly node: string;
  readonly user: User;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ended after `timeout` milliseconds. */
  readonly run: (command: Command, timeout: number) => Promise<Finished>;
  /** Null if it is not there or not ours to read. */
  readonly read: (path: string) => Promise<string | null>;
  readonly facts: (path: string) => Promise<FileFacts | null>;
  /** Bytes that this user may still write where `path` is; null if nobody can say. */
  readonly freeBytes: (path: string) => Promise<number | null>;
  /** The path of a program on PATH; null if there is none. */
  readonly which: (program: string) => string | null;
}

type Run = (command: Command, options: { timeout: number; signal?: AbortSignal }) => Promise<Finished>;

export function thisMachine(run: Run, env: NodeJS.ProcessEnv = process.env, signal?: AbortSignal): Machine {
  return {
    system: process.platform,
    arch: process.arch,
    node: process.versions.node,
    user: whoami(env),
    env,
    run: (command, timeout) => run(command, { timeout, ...(signal ? { signal } : {}) }),
    read: (path) => readFile(path, 'utf8').catch(() => null),
    facts: (path) =>
      stat(path).then(
        (found) => ({
          uid: found.uid,
          gid: found.gid,
          mode: found.mode & 0o7777,
          kind: found.isFile()
            ? 'file'
            : found.isDirectory()
              ? 'folder'
              : found.isSocket()
                ? 'socket'
                : 'other',
        }),
        () => null,
      ),
    freeBytes: (path) =>
      statfs(path).then(
        (found) => found.bavail * found.bsize,
        () => null,
      ),
    which: (program) => onPath(program, env.PATH ?? ''),
  };
}

/** A uid without an entry in the user database (a container started with `--user`) has only its number. */
function whoami(env: NodeJS.ProcessEnv): User {
  const uid = process.getuid?.() ?? -1;
  try {
    const { username, homedir } = userInfo();
    return { name: username, uid, home: env.HOME || homedir };
  } catch {
    return { name: String(uid), uid, home: env.HOME ?? '/' };
  }
}

function onPath(program: string, path: string): string | null {
  const runnable = (file: string): boolean => {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  };
  const folders = path.split(delimiter).filter((folder) => folder.startsWith('/'));
  return folders.map((folder) => join(folder, program)).find(runnable) ?? null;
}
