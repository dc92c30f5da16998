/** Which files of a project hold one of some texts. One pass over the tree, in this process: a program started for it costs more. */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type IgnoreRules, ignoreRules } from './ignored.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Texts for people, what tools write for themselves, and what is there to be copied: never to be kept at a digest. */
const LEFT_ALONE = words(
  'md mdx markdown rst adoc lock lockb sum log example sample template dist orig rej bak swp patch diff ipynb docker-build-tmp',
);
const LEFT_ALONE_NAMES =
  /^(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|(?:CHANGELOG|LICENSE|README)\b.*|docker-build\.yaml|\.last-deploy-state\.json)$/i;
const BINARY = words(
  'png jpg jpeg gif webp ico svg pdf zip gz tgz txz bz2 xz zst 7z jar whl so dylib dll exe o a pyc class wasm woff woff2 ttf otf mp3 mp4 mov parquet npy npz pt onnx safetensors bin db sqlite sqlite3',
);
/** Where a key or a comment alone may say that an image belongs there. */
const STRUCTURED = words('yaml yml env');
const NOT_ENTERED = new Set(['.git', 'node_modules', '.venv', '__pycache__', '.terraform']);

const PART = 64 * 1024;
/** Larger files are data, not settings. */
const LARGEST = 4 * 1024 * 1024;

export interface Sought {
  /** The names of the repository, in any text. */
  readonly names: readonly string[];
  /** What counts in YAML and dotenv files, though no name is there. */
  readonly keys: readonly string[];
}

/** Relative to `dir`, sorted. What `.gitignore` leaves out, links, documentation, lock files and binary files are left out. */
export async function search(dir: string, { names, keys }: Sought): Promise<string[]> {
  const holds = holder();
  const [inText, inStructure] = [names.map(needle), [...names, ...keys].map(needle)];
  const found: string[] = [];
  const enter = (folder: string, rules: IgnoreRules): void => {
    const entries = readEntries(join(dir, folder));
    const inside = entries.some(({ name }) => name === '.gitignore') ? rules.below(folder) : rules;
    for (const entry of entries) {
      const name = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isDirectory()) {
        if (!NOT_ENTERED.has(entry.name) && !inside.leavesOut(`${name}/`)) enter(name, inside);
      } else if (entry.isFile() && !isLeftAlone(entry.name)) {
        const sought =
          STRUCTURED.has(extension(entry.name)) || entry.name.startsWith('.env') ? inStructure : inText;
        if (holds(`${dir}/${name}`, sought) && !inside.leavesOut(name)) found.push(name);
      }
    }
  };
  enter('', await ignoreRules(dir));
  return found.sort();
}

const extension = (name: string): string => name.slice(name.lastIndexOf('.') + 1).toLowerCase();

function isLeftAlone(name: string): boolean {
  const kind = extension(name);
  return LEFT_ALONE.has(kind) || BINARY.has(kind) || LEFT_ALONE_NAMES.test(name);
}

function readEntries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

interface Needle {
  readonly whole: Buffer;
  /** Its end, from a character on that few words have: looking for one that is everywhere takes ten times as long. */
  readonly rare: Buffer;
}

function needle(text: string): Needle {
  const at = Math.max(0, text.search(/[^a-z0-9.-]/));
  return { whole: Buffer.from(text), rare: Buffer.from(text.slice(at)) };
}

/** Whether a text file holds one of the texts. Most files are small: one read each, into the same memory. */
function holder(): (path: string, needles: readonly Needle[]) => boolean {
  const space = Buffer.allocUnsafe(LARGEST);
  return (path, needles) => {
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch {
      return false;
    }
    try {
      let length = readSync(file, space, 0, PART, 0);
      if (length === PART && !isBinary(space.subarray(0, PART)))
        length += readSync(file, space, PART, LARGEST - PART, PART);
      const bytes = space.subarray(0, length);
      const held = needles.some(({ rare, whole }) => bytes.includes(rare) && bytes.includes(whole));
      return held && length < LARGEST && !isBinary(bytes);
    } catch {
      return false;
    } finally {
      closeSync(file);
    }
  };
}

const isBinary = (bytes: Buffer): boolean => bytes.subarray(0, 8_000).includes(0);
