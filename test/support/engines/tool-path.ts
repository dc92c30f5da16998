import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What could build images beside the engine that a test is about. */
const engines = new Set(['podman', 'docker', 'buildah', 'nerdctl', 'podman-remote']);

/**
 * A PATH on which no container engine stands: a folder that holds one is replaced by a folder of links to all else.
 * So the product meets a machine that has exactly one engine.
 */
export function pathWithoutEngines(path: string, folder: string): string {
  return path
    .split(delimiter)
    .filter((entry) => entry !== '' && existsSync(entry))
    .map((entry, index) => {
      const names = readdirSync(entry);
      if (!names.some((name) => engines.has(name))) return entry;
      const links = join(folder, String(index));
      mkdirSync(links, { recursive: true });
      for (const name of names) {
        if (!engines.has(name)) symlinkSync(join(entry, name), join(links, name));
      }
      return links;
    })
    .join(delimiter);
}
