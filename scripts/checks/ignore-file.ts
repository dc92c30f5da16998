/** Which file keeps things out of the build context, and what it keeps out. */
import { basename, dirname, join } from 'node:path';
import dockerignore from '@balena/dockerignore';
import type { EngineName } from '../engines/engine.ts';
import { shellWord } from '../io/shell-word.ts';
import type { Machine } from './machine.ts';

export interface IgnoreFile {
  /** Absolute; where a line has to go. The file may not be there yet. */
  readonly path: string;
  /** Null if it is not there. */
  readonly text: string | null;
  readonly excludes: (path: string) => boolean;
}

/**
 * A pattern matches a path and all that lies below it; `*` stops at a slash, a later `!` takes back
 * (docker's rules, which differ from git's: a pattern without a slash matches at the top only).
 */
export function matches(patterns: readonly string[], path: string): boolean {
  try {
    return dockerignore
      .default({ ignorecase: false })
      .add([...patterns])
      .ignores(path);
  } catch {
    return false; // a pattern that the engine refuses keeps nothing out
  }
}

/** The ignore file that the engine would read: the first that is there, else `.dockerignore`, to be made. */
export async function readIgnoreFile(
  machine: Machine,
  context: string,
  dockerfile: string,
  engine: EngineName | null,
): Promise<IgnoreFile> {
  for (const path of candidates(context, dockerfile, engine)) {
    const text = await machine.read(path);
    if (text !== null) return { path, text, excludes: (asked) => matches(text.split(/\r?\n/), asked) };
  }
  return { path: join(context, '.dockerignore'), text: null, excludes: () => false };
}

/** BuildKit and podman read `<Dockerfile>.dockerignore` first; only podman knows `.containerignore`. */
function candidates(context: string, dockerfile: string, engine: EngineName | null): string[] {
  const own = (kind: string) => join(dirname(dockerfile), `${basename(dockerfile)}.${kind}`);
  const shared = join(context, '.dockerignore');
  return engine === 'docker'
    ? [own('dockerignore'), shared]
    : [own('containerignore'), own('dockerignore'), join(context, '.containerignore'), shared];
}

/** The command that keeps `path` out from now on. */
export function excludeCommand({ path, text }: IgnoreFile, excluded: string): string {
  const opening = text && !text.endsWith('\n') ? '\\n' : '';
  return `printf '${opening}%s\\n' ${shellWord(excluded)} >> ${shellWord(path)}`;
}
