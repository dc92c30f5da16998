import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { keep } from './keeper.ts';

/** What could build images beside the engine that a test is about. */
const engines = new Set(['podman', 'podman-remote', 'docker', 'buildah', 'nerdctl']);

let made: string | undefined;

/**
 * The PATH without any container engine: a folder that holds one is replaced by a folder of links to all else in it.
 * So the product meets a machine that has exactly one engine. Made once in a process, as it takes a thousand links.
 */
export function pathWithoutEngines(): string {
  made ??= make(process.env.PATH ?? '');
  return made;
}

function make(path: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'path-'));
  keep(folder);
  // /bin and /usr/bin are often one folder.
  const entries = path.split(delimiter).filter((entry) => entry !== '' && existsSync(entry));
  return [...new Set(entries.map((entry) => realpathSync(entry)))]
    .map((entry, index) => {
      const names = readdirSync(entry);
      if (!names.some((name) => engines.has(name))) return entry;
      const links = join(folder, String(index));
      mkdirSync(links);
      for (const name of names) {
        if (!engines.has(name)) symlinkSync(join(entry, name), join(links, name));
      }
      return links;
    })
    .join(delimiter);
}
