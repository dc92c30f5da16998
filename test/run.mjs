/**
 * Runs the tests. `npm test` on a clean clone comes here first, so this is plain Node and installs what is missing.
 *
 *   node test/run.mjs [FILTER…]            unit, seams, bundle, plugin; real engines as far as the machine has them
 *   node test/run.mjs engines [FILTER…]    real engines and registries, all of them demanded
 *   node test/run.mjs slow [FILTER…]       what takes longer
 *   node test/run.mjs bench                the benchmarks
 *
 * The last line is `N passed, N failed`, with `, N skipped` if there are any. Exit 0: some passed, none failed.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from '../scripts/maintain/dependencies.mjs';
import { importing } from './support/importing.mjs';
import { runVitest } from './support/vitest.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
ensureDependencies();

const suites = { default: whatCanRun, engines, slow, bench };
const words = process.argv.slice(2);
const suite = words[0] in suites ? words.shift() : 'default';
const { passed, failed, skipped } = suites[suite](words);
const more = skipped > 0 ? `, ${skipped} skipped` : '';
console.log(`${passed} passed, ${failed} failed${more}`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function whatCanRun(filters) {
  const { engines, registry } = machine();
  const missing = engines.filter(({ present }) => !present).map(({ name }) => name);
  const noEngine = missing.length === engines.length;
  const withoutRegistry = registry ? [] : needRegistry();
  const result = runVitest({
    projects: noEngine ? ['unit'] : ['unit', 'engines'],
    // the smoke tests are of the four engines themselves; those of rootless podman change /etc/subuid
    exclude: ['test/engines/**/*.smoke.test.ts', 'test/engines/rootless*.test.ts', ...withoutRegistry],
    filters,
  });
  const lacking = [
    ...missing,
    ...(registry ? [] : [`docker-registry (${withoutRegistry.length} test files)`]),
  ];
  const bring = lacking.length > 0 ? `${lacking.join(', ')} (npm run engines:install brings them); ` : '';
  console.log(`not run: ${bring}slow tests (npm run test:slow)`);
  return result;
}

function engines(filters) {
  const every = ['test/engines/', ...needRegistry()];
  return runVitest({
    projects: ['unit', 'engines'],
    filters: filters.length > 0 ? filters : every,
    env: { DOCKER_BUILD_ENGINES_DEMANDED: '1' },
  });
}

function slow(filters) {
  return runVitest({ projects: ['slow'], filters, env: { DOCKER_BUILD_ENGINES_DEMANDED: '1' } });
}

function bench() {
  const files = filesUnder('test').filter((file) => file.endsWith('.bench.ts'));
  const statuses = files.map((file) => {
    console.log(`\n${file}`);
    return spawnSync(process.execPath, ['--import', 'tsx', file], { stdio: 'inherit' }).status;
  });
  const failed = statuses.filter((status) => status !== 0).length;
  return { passed: statuses.length - failed, failed, skipped: 0 };
}

/** The engines of this machine, as the tests themselves see them, and whether it has a registry. */
function machine() {
  const ask =
    "import { availableEngines } from './test/support/engines.ts'; console.log(JSON.stringify(availableEngines()))";
  const asked = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', ask], {
    encoding: 'utf8',
  });
  if (asked.status !== 0) throw new Error(`the engines cannot be looked for:\n${asked.stderr}`);
  const registry = spawnSync('docker-registry', ['--version'], { stdio: 'ignore' }).status === 0;
  return { engines: JSON.parse(asked.stdout), registry };
}

function needRegistry() {
  const tests = filesUnder('test').filter(
    (file) => file.endsWith('.test.ts') && !file.endsWith('.slow.test.ts'),
  );
  return importing('test/support/registry.ts', tests);
}

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`)
    .sort();
}
