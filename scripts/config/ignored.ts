/** What git is told to leave out: the .gitignore files of the project, of the repository above it, and info/exclude. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export interface IgnoreRules {
  /** `path` relative to the project, a folder with `/` at its end. Its folders were asked before. */
  readonly leavesOut: (path: string) => boolean;
  /** These rules, and before them those of the .gitignore in a folder of the project. */
  readonly below: (folder: string) => IgnoreRules;
}

interface Layer {
  readonly folder: string;
  readonly test: (path: string) => { readonly ignored: boolean; readonly unignored: boolean };
}

export async function ignoreRules(dir: string): Promise<IgnoreRules> {
  const { default: ignore } = await import('ignore');
  const layer = (folder: string, file: string): Layer[] => {
    const text = read(join(folder, file));
    if (text === null) return [];
    const matcher = ignore({ ignorecase: false }).add(text);
    return [{ folder, test: (path) => matcher.test(path) }];
  };

  const rules = (layers: readonly Layer[]): IgnoreRules => ({
    leavesOut(path) {
      // the nearest .gitignore that says anything decides
      for (const { folder, test } of layers) {
        const { ignored, unignored } = test(withSlash(relative(folder, join(dir, path)), path));
        if (ignored || unignored) return ignored;
      }
      return false;
    },
    below: (folder) => rules([...layer(join(dir, folder), '.gitignore'), ...layers]),
  });

  const top = repositoryAbove(dir);
  if (top === null || top === dir) return rules(top ? layer(top, '.git/info/exclude') : []);
  const above: Layer[] = [];
  for (let folder = dirname(dir); ; folder = dirname(folder)) {
    above.push(...layer(folder, '.gitignore'));
    if (folder === top) break;
  }
  const outer = [...above, ...layer(top, '.git/info/exclude')];
  // a project inside a folder that git leaves out is looked at all the same
  const leftOut = outer.some(({ folder, test }) => test(`${relative(folder, dir)}/`).ignored);
  return rules(leftOut ? [] : outer);
}

const withSlash = (path: string, like: string): string => (like.endsWith('/') ? `${path}/` : path);

function repositoryAbove(dir: string): string | null {
  for (let folder = dir; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return null;
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
