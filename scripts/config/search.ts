/** Which files may name an image: by `git grep` where there is git, else by a walk that respects .gitignore. */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { run } from '../io/run.ts';

/** Texts for people, files that tools write, and what is there to be copied: never to be kept at a digest. */
const LEFT_ALONE =
  /\.(?:md|mdx|markdown|rst|adoc|lock|lockb|sum|log|example|sample|template|dist|orig|rej|bak|swp|patch|diff|svg|ipynb)$|(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|CHANGELOG[^/]*|LICENSE[^/]*|README[^/]*|docker-build\.yaml|\.last-deploy-state\.json)$|(?:^|\/)(?:node_modules|\.git|\.venv|__pycache__)\//i;

/** Larger files are data, not settings. */
const LARGEST = 2_000_000;

export const isLeftAlone = (file: string): boolean => LEFT_ALONE.test(file);

/**
 * Files of the project that hold one of the texts, relative to it; documentation, lock files and binary files left out.
 */
export async function search(dir: string, texts: readonly string[], signal: AbortSignal): Promise<string[]> {
  const found = (await byGit(dir, texts, signal)) ?? (await byWalk(dir, texts, signal));
  return found.filter((file) => !isLeftAlone(file)).sort();
}

/** Null where there is no git, or the folder is in no repository. */
async function byGit(dir: string, texts: readonly string[], signal: AbortSignal): Promise<string[] | null> {
  const patterns = texts.flatMap((text) => ['-e', text]);
  const done = await run(
    {
      program: 'git',
      args: ['-C', dir, 'grep', '-I', '-l', '-z', '-F', '--untracked', '--no-color', ...patterns],
      env: { GIT_OPTIONAL_LOCKS: '0' },
    },
    { signal },
  );
  // 1: nothing found
  return done.exitCode === 0 || done.exitCode === 1 ? done.stdout.split('\0').filter(Boolean) : null;
}

async function byWalk(dir: string, texts: readonly string[], signal: AbortSignal): Promise<string[]> {
  const files = await walk(dir);
  const held: string[] = [];
  const queue = files.filter((file) => !isLeftAlone(file));
  const needles = texts.map((text) => Buffer.from(text));
  const worker = async () => {
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      signal.throwIfAborted();
      const bytes = await head(join(dir, file));
      if (bytes && !bytes.subarray(0, 8_000).includes(0) && needles.some((needle) => bytes.includes(needle)))
        held.push(file);
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return held;
}

async function head(path: string): Promise<Buffer | null> {
  return readFile(path).then(
    (bytes) => (bytes.length > LARGEST ? null : bytes),
    () => null,
  );
}

/** All files that no .gitignore leaves out, level by level, so that what is ignored is not even entered. */
async function walk(dir: string): Promise<string[]> {
  const [{ default: ignore }, { readdir }] = await Promise.all([
    import('ignore'),
    import('node:fs/promises'),
  ]);
  type Rules = { readonly at: string; readonly matcher: ReturnType<typeof ignore> };
  const files: string[] = [];
  const enter = async (folder: string, above: readonly Rules[]): Promise<void> => {
    const own = await readFile(join(folder, '.gitignore'), 'utf8').catch(() => null);
    const rules = own === null ? above : [...above, { at: folder, matcher: ignore().add(own) }];
    const ignored = (path: string, slash: string) =>
      rules.some(({ at, matcher }) => matcher.ignores(`${relative(at, path)}${slash}`));
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    await Promise.all(
      entries.map(async (entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
          if (!isLeftAlone(`${relative(dir, path)}/`) && !ignored(path, '/')) await enter(path, rules);
        } else if (entry.isFile() && !ignored(path, '')) files.push(relative(dir, path));
      }),
    );
  };
  await enter(dir, []);
  return files;
}
