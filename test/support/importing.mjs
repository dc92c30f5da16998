import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Those of `files` that import `wanted`, directly or through other files. All paths are relative to here. */
export function importing(wanted, files) {
  return files.filter((file) => reaches(file, new Set()));

  function reaches(file, seen) {
    if (seen.has(file)) return false;
    seen.add(file);
    return importsOf(file).some((one) => one === wanted || reaches(one, seen));
  }
}

function importsOf(file) {
  if (!existsSync(file)) return [];
  const imports = readFileSync(file, 'utf8').matchAll(/\b(?:from|import) ?\(?'(\.[^']+)'/g);
  return [...imports].map(([, path]) => normalize(join(dirname(file), path)));
}
