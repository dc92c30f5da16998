/**
 * Runs the tests. `npm test` on a clean clone comes here first, so this is plain Node and installs what is missing.
 *
 *   node test/run.mjs [FILTER…]            unit, seams, bundle, plugin; the first real podman and docker here
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
import { importing, lacking } from './support/needs.mjs';
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
  const files = testFiles().filter((file) => !isSlow(file));
  const engines = availableEngines();
  const lacks = lacking(files, engines);
  // the smoke tests are of the four engines themselves, and are for those who demand them
  const left = new Set(lacks.flatMap((lack) => lack.files).concat(files.filter(isSmoke)));
  const result = runVitest(matching(files, filters).filter((file) => !left.has(file)));

  const others = engines.filter(({ present, chosen }) => present && !chosen).map(({ name }) => name);
  if (others.length > 0) lacks.push({ what: others.join(', '), bring: 'npm run test:engines', files: [] });
  const commands = [...new Set(lacks.map(({ bring }) => bring))];
  const parts = commands.map((command) => {
    const whats = lacks.filter(({ bring }) => bring === command).map(({ what }) => what);
    return `${whats.join(', ')} (${command}); `;
  });
  console.log(`not run: ${parts.join('')}slow tests (npm run test:slow)`);
  return result;
}

function engines(filters) {
  const fast = testFiles().filter((file) => !isSlow(file));
  const reaching = fast.filter(importing('test/support/registry.ts'));
  const all = new Set([...fast.filter((file) => file.startsWith('test/engines/')), ...reaching]);
  return runVitest(matching([...all], filters), { DOCKER_BUILD_ENGINES_DEMANDED: '1' });
}

function slow(filters) {
  return runVitest(matching(testFiles().filter(isSlow), filters), { DOCKER_BUILD_ENGINES_DEMANDED: '1' });
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

/** The engines as the tests themselves see them: whether they are here, and `chosen` by tests that demand none. */
function availableEngines() {
  const ask = `
    import { availableEngines, enginesForTests } from './test/support/engines.ts';
    const chosen = enginesForTests();
    console.log(JSON.stringify(availableEngines().map((one) => ({ ...one, chosen: chosen.includes(one.name) }))));`;
  const asked = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', ask], {
    encoding: 'utf8',
  });
  if (asked.status !== 0) throw new Error(`the engines cannot be looked for:\n${asked.stderr}`);
  return JSON.parse(asked.stdout);
}

function matching(files, filters) {
  return filters.length === 0 ? files : files.filter((file) => filters.some((one) => file.includes(one)));
}

function testFiles() {
  return filesUnder('test').filter((file) => file.endsWith('.test.ts'));
}

function isSlow(file) {
  return file.endsWith('.slow.test.ts');
}

function isSmoke(file) {
  return file.endsWith('.smoke.test.ts');
}

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`)
    .sort();
}
