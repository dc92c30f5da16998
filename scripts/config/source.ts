/** A file's text, in a form that gives the very same bytes back. */

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { Failure } from '../errors.ts';

export interface Source {
  /** Relative to the project, with `/`. */
  readonly file: string;
  /** Absolute, links resolved: what is written. */
  readonly path: string;
  /** Null: the file is not there. */
  readonly bytes: Buffer | null;
  readonly text: string;
  readonly encoding: 'utf8' | 'latin1';
}

export const hashOf = (bytes: Buffer | null): string =>
  bytes ? createHash('sha256').update(bytes).digest('hex') : 'absent';

/** Bytes that are no UTF-8 are taken one for one: a reference is ASCII either way. */
export function textOf(bytes: Buffer): Pick<Source, 'text' | 'encoding'> {
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  return { text: bytes.toString(encoding), encoding };
}

/**
 * Reads a file of the project; one that is not there has no bytes.
 * @throws Failure PATH_OUTSIDE where a link leads out of the project, FILE_UNREADABLE
 */
export async function readSource(dir: string, file: string): Promise<Source> {
  const name = join(dir, file);
  // one after the other and at once: of hundreds of small files, the waiting would be most of the time
  const path = unlessAbsent(file, () => realpathSync.native(name)) ?? name;
  const way = relative(dir, path);
  if (way.startsWith('..') || isAbsolute(way)) {
    throw new Failure('PATH_OUTSIDE', `${file} is a link that leads out of the project`, {
      hint: 'only files inside the project are read and written',
    });
  }
  const bytes = unlessAbsent(file, () => readFileSync(path));
  return { file, path, bytes, ...textOf(bytes ?? Buffer.alloc(0)) };
}

function unlessAbsent<T>(file: string, read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unreadable(file, error as Error);
  }
}

const unreadable = (file: string, error: Error) =>
  new Failure('FILE_UNREADABLE', `${file} cannot be read: ${error.message}`, {
    next: `ls -ld ${file}`,
    cause: error,
  });
