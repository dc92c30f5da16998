import { run } from './run.ts';

/** The commit that a folder's work tree stands on; `dirty` if something in it is not committed. */
export interface Commit {
  readonly hash: string;
  readonly short: string;
  readonly dirty: boolean;
}

/** Null where there is no git, no repository or no commit. */
export async function headCommit(dir: string, signal?: AbortSignal): Promise<Commit | null> {
  const options = { timeout: 10_000, ...(signal ? { signal } : {}) };
  const git = (...args: string[]) => run({ program: 'git', args: ['-C', dir, ...args] }, options);
  const [hash, short, status] = await Promise.all([
    git('rev-parse', '--verify', '--quiet', 'HEAD'),
    git('rev-parse', '--short', '--quiet', 'HEAD'),
    git('status', '--porcelain', '--untracked-files=normal'),
  ]);
  if (hash.exitCode !== 0) return null;
  return { hash: hash.stdout.trim(), short: short.stdout.trim(), dirty: status.stdout !== '' };
}
