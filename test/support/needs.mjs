import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, normalize } from 'node:path';

const INSTALL = 'as root on Debian 12: npm run engines:install';

/**
 * What test files need beside Node and is not here: `[{ what, bring, files }]`. `engines`: as availableEngines() tells.
 */
export function lacking(files, engines) {
  const absent = engines.filter(({ present }) => !present).map(({ name }) => name);
  const needs = [
    {
      what: absent.join(', '),
      there: absent.length === 0,
      // with one of them, the tests choose by themselves
      who: (file) => absent.length === engines.length && file.startsWith('test/engines/'),
    },
    { what: 'docker-registry', there: runs('docker-registry'), who: importing('test/support/registry.ts') },
    { what: 'openssl', there: runs('openssl', 'version'), who: saying(/selfSigned|tls: true|makeAuthority/) },
    { what: 'busybox-static', there: existsSync('/bin/busybox'), who: saying(/\/bin\/busybox|busybox\(/) },
    { what: 'qemu-user-static', there: existsSync(EMULATOR), who: importing('test/support/emulation.ts') },
    {
      what: 'busybox of another architecture',
      there: existsSync(join(CACHE, `busybox-${FOREIGN}`)),
      who: saying(/busybox-arm64|busybox\(foreign\)/),
    },
    // these take minutes
    {
      what: 'every situation, every line of the documents',
      bring: 'npm run test:engines',
      who: (file) => /engines\/(situations|docs)\.test\.ts$/.test(file),
    },
    // they make users, which nobody expects of `npm test`
    {
      what: 'rootless podman',
      bring: 'npm run test:engines',
      who: importing('test/support/throwaway-user.ts'),
    },
  ];
  return needs
    .filter(({ there }) => !there)
    .map(({ what, bring = INSTALL, who }) => ({ what, bring, files: files.filter(who) }));
}

const FOREIGN = process.arch === 'arm64' ? 'amd64' : 'arm64';
/** As in test/support/engines/kinds.ts. */
const CACHE =
  process.env.DOCKER_BUILD_ENGINES ||
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'docker-build-engines');
const EMULATOR = `/usr/lib/binfmt.d/qemu-${process.arch === 'arm64' ? 'x86_64' : 'aarch64'}.conf`;

const runs = (program, word = '--version') =>
  spawnSync(program, [word], { stdio: 'ignore' }).error === undefined;

const saying = (pattern) => (file) => pattern.test(readFileSync(file, 'utf8'));

/** Those that import `wanted`, directly or through other files. */
export function importing(wanted) {
  return (file) => reaches(file, new Set());

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
