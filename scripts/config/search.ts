/** Which files of a project hold one of some texts. One pass over the tree, in this process: a program started for it costs more. */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type IgnoreRules, ignoreRules } from './ignored.ts';

/** Texts for people, what tools write for themselves, and what is there to be copied: never to be kept at a digest. */
const LEFT_ALONE =
  /\.(?:mdx?|markdown|rst|adoc|lock|lockb|sum|log|example|sample|template|dist|orig|rej|bak|swp|patch|diff|ipynb|docker-build-tmp)$|^(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|(?:CHANGELOG|LICENSE|README)\b.*|docker-build\.yaml|\.last-deploy-state\.json)$/i;
const BINARY =
  /\.(?:png|jpe?g|gif|webp|ico|svg|pdf|zip|gz|t[gx]z|bz2|xz|zst|7z|jar|whl|so|dylib|dll|exe|o|a|pyc|class|wasm|woff2?|ttf|otf|mp[34]|mov|parquet|npy|npz|pt|onnx|safetensors|bin|db|sqlite3?)$/i;
const NOT_ENTERED = new Set(['.git', 'node_modules', '.venv', '__pycache__', '.terraform']);

const PART = 64 * 1024;
/** Larger files are data, not settings. */
const LARGEST = 4 * 1024 * 1024;

/** Relative to `dir`, sorted. What `.gitignore` leaves out, links, documentation, lock files and binary files are left out. */
export async function search(dir: string, texts: readonly string[]): Promise<string[]> {
  const holds = holder(texts);
  const found: string[] = [];
  const enter = (folder: string, rules: IgnoreRules): void => {
    const entries = readEntries(join(dir, folder));
    const inside = entries.some(({ name }) => name === '.gitignore') ? rules.below(folder) : rules;
    for (const entry of entries) {
      const name = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isDirectory()) {
        if (!NOT_ENTERED.has(entry.name) && !inside.leavesOut(`${name}/`)) enter(name, inside);
      } else if (
        entry.isFile() &&
        !LEFT_ALONE.test(entry.name) &&
        !BINARY.test(entry.name) &&
        holds(join(dir, name)) &&
        !inside.leavesOut(name)
      ) {
        found.push(name);
      }
    }
  };
  enter('', await ignoreRules(dir));
  return found.sort();
}

function readEntries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Whether a text file holds one of the texts. Most files are small: one read each, into the same memory. */
function holder(texts: readonly string[]): (path: string) => boolean {
  const needles = texts.map((text) => Buffer.from(text));
  const space = Buffer.allocUnsafe(LARGEST);
  return (path) => {
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch {
      return false;
    }
    try {
      let length = readSync(file, space, 0, PART, 0);
      if (space.subarray(0, Math.min(length, 8_000)).includes(0)) return false;
      if (length === PART) length += readSync(file, space, PART, LARGEST - PART, PART);
      const bytes = space.subarray(0, length);
      return length < LARGEST && needles.some((needle) => bytes.includes(needle));
    } catch {
      return false;
    } finally {
      closeSync(file);
    }
  };
}
