import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Finished, finish, type RunOptions } from '../support/engines/finish.ts';

/** Runs a program of these npm packages; what npx has brought once stays in npm's cache, whatever HOME is. */
export function npx(
  packages: readonly string[],
  words: readonly string[],
  { env = process.env, ...options }: RunOptions = {},
): Promise<Finished> {
  const cache = process.env.npm_config_cache ?? join(homedir(), '.npm');
  return finish('npx', ['--yes', ...packages.map((name) => `--package=${name}`), '--', ...words], {
    ...options,
    timeoutMs: 300_000,
    env: {
      ...env,
      npm_config_cache: cache,
      npm_config_update_notifier: 'false',
      npm_config_loglevel: 'error',
    },
  });
}
