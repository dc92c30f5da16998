/** A private folder for the files of one run, gone afterwards: also after Ctrl-C, and after a second one. */
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Scratch {
  readonly path: (name: string) => string;
  /** What stands in that file, trimmed; null if it was never written or is empty. */
  readonly read: (name: string) => Promise<string | null>;
}

export async function withScratch<T>(work: (scratch: Scratch) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'docker-build-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    return await work({
      path: (name) => join(folder, name),
      read: async (name) => {
        const text = await readFile(join(folder, name), 'utf8').catch(() => '');
        return text.trim() || null;
      },
    });
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** Where the same files would be, for a plan that is only printed. */
export const planned: Scratch = {
  path: (name) => join(tmpdir(), `docker-build-${name}`),
  read: async () => null,
};
