/** The project's dependencies, brought where they are missing: for what runs on a machine with Node alone. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Runs `npm ci` unless all that the lockfile names is installed; its words go to stderr. Exits 3 where that fails. */
export function ensureDependencies() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  process.stderr.write(
    `installing the project's dependencies: npm ci (${missing.length} packages missing)\n`,
  );
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return;
  process.stderr.write(`npm ci failed${error ? `: ${error.message}` : ''}\nnext: npm ci\n`);
  process.exit(3);
}

/** What the lockfile names and node_modules lacks; what is for other platforms only is not missed. */
function missingPackages() {
  const wanted = packagesOf('package-lock.json') ?? {};
  const installed = packagesOf('node_modules/.package-lock.json') ?? {};
  return Object.entries(wanted)
    .filter(([path, { optional, peer }]) => path !== '' && !optional && !peer)
    .filter(([path, { version }]) => installed[path]?.version !== version)
    .map(([path]) => path);
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(join(root, lockfile), 'utf8')).packages;
  } catch {
    return null;
  }
}
