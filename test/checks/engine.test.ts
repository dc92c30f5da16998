import { describe, expect, test } from 'vitest';
import type { Checker, EngineAnswer, Surroundings } from '../../scripts/checks/check.ts';
import { credentials } from '../../scripts/checks/credentials.ts';
import { disk } from '../../scripts/checks/disk.ts';
import { engine } from '../../scripts/checks/engine.ts';
import { engineShim } from '../../scripts/checks/engine-shim.ts';
import { engineStore } from '../../scripts/checks/engine-store.ts';
import { platforms } from '../../scripts/checks/platforms.ts';
import { runSteps } from '../../scripts/checks/run-steps.ts';
import type { EngineInfo } from '../../scripts/engines/engine.ts';
import { Failure } from '../../scripts/errors.ts';
import { parsePlatform } from '../../scripts/oci/platform.ts';
import { DOCKER, ended, type Fake, NO_LOGIN, PODMAN, surroundings } from './surroundings.ts';

const only = async (checker: Checker, at: Surroundings) => {
  const [found, ...others] = await checker.ask(at);
  if (!found || others.length) throw new Error('one answer was due');
  return found;
};
const using = (info: EngineInfo) => ({
  engine: async (): Promise<EngineAnswer> => ({ info, failure: null }),
});
const without = (code: 'ENGINE_MISSING' | 'ENGINE_UNREACHABLE', next?: string) => ({
  engine: async (): Promise<EngineAnswer> => ({
    info: null,
    failure: new Failure(code, 'no engine', next ? { next } : {}),
  }),
});

describe('the engine', () => {
  test('says which, and why', async () => {
    expect(await only(engine, surroundings({ programs: ['podman', 'docker'] }))).toMatchObject({
      status: 'pass',
      summary: 'podman 4.3.1, rootless, overlay store, linux/amd64',
      evidence: 'the first that works, podman before docker; docker is on PATH, too',
    });
  });

  const sock = { '/var/run/docker.sock': { kind: 'socket', uid: 0 } } as const;
  const root = { machine: { user: { name: 'root', uid: 0, home: '/root' } } };
  test.each<[string, Fake, string[]]>([
    [
      'none, apt',
      { programs: ['apt-get'] },
      ['sudo apt-get install -y podman uidmap slirp4netns fuse-overlayfs'],
    ],
    [
      'none, apt, root',
      { programs: ['apt-get'], ...root },
      ['apt-get install -y podman uidmap slirp4netns fuse-overlayfs'],
    ],
    ['none, dnf', { programs: ['dnf'] }, ['sudo dnf install -y podman']],
    [
      'none, macOS',
      { machine: { system: 'darwin' } },
      ['brew install podman', 'podman machine init', 'podman machine start'],
    ],
    [
      'docker, its socket not ours',
      { programs: ['docker'], facts: sock },
      ['sudo usermod -aG docker ada', "sg docker -c 'docker info'"],
    ],
    ['docker, no daemon', { programs: ['docker'] }, ['sudo service docker start']],
    [
      'docker, no daemon, systemd',
      { programs: ['docker'], facts: { '/run/systemd/system': {} } },
      ['sudo systemctl enable --now docker'],
    ],
    [
      'podman on a Mac',
      { programs: ['podman'], machine: { system: 'darwin' } },
      ['podman machine init', 'podman machine start'],
    ],
  ])('that does not work: %s', async (_what, fake, fix) => {
    expect(await only(engine, surroundings(fake, without('ENGINE_UNREACHABLE')))).toMatchObject({
      status: 'fail',
      fix,
    });
  });

  test('docker that is asked for and missing is installed, though podman is there', async () => {
    const at = surroundings(
      { programs: ['podman', 'apt-get'] },
      { engineAsked: 'docker', ...without('ENGINE_MISSING') },
    );
    expect((await only(engine, at)).fix).toEqual(['sudo apt-get install -y docker.io']);
  });
});

describe('docker that is podman', () => {
  const ask = (said: string, engineAsked?: 'docker') =>
    only(
      engineShim,
      surroundings({ programs: ['docker'], answers: { 'docker --version': ended(said) } }, { engineAsked }),
    );
  test.each([
    ['podman version 4.3.1', undefined, 'pass'],
    ['podman version 4.3.1', 'docker', 'warn'],
    ['Docker version 26.1.5, build a72d7cd', 'docker', 'pass'],
  ] as const)('%s, asked for %s → %s', async (said, asked, status) => {
    expect((await ask(said, asked)).status).toBe(status);
  });
});

test('the store vfs is a warning', async () => {
  expect((await only(engineStore, surroundings())).status).toBe('pass');
  expect(
    await only(engineStore, surroundings({ programs: ['apt-get'] }, using({ ...PODMAN, store: 'vfs' }))),
  ).toMatchObject({
    status: 'warn',
    fix: ['sudo apt-get install -y fuse-overlayfs'],
  });
});

describe('room', () => {
  test.each([
    [50e9, 'pass'],
    [1e9, 'warn'],
    [1e8, 'fail'],
    [null, 'skip'],
  ])('%s bytes → %s', async (bytes, status) => {
    const found = await only(disk, surroundings({ machine: { freeBytes: async () => bytes } }));
    expect(found.status).toBe(status);
    if (status === 'fail')
      expect(found).toMatchObject({ failure: { code: 'NO_SPACE' }, fix: ['podman image prune --force'] });
  });
  test('the tightest of the places counts', async () => {
    const freeBytes = async (path: string) => (path === '/var/tmp' ? 1e9 : 50e9);
    expect((await only(disk, surroundings({ machine: { freeBytes } }))).summary).toBe(
      '1.0 GB free in /var/tmp',
    );
  });
  test('of a remote engine nobody here can say', async () => {
    expect((await only(disk, surroundings({}, using({ ...PODMAN, remote: true })))).status).toBe('skip');
  });
});

describe('platforms', () => {
  const REGISTERED = 'enabled\ninterpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P\nflags: POCF\n';
  const RUN = 'FROM scratch\nRUN true\n';
  const ask = (asked: string[], dockerfile: string, binfmt: string | null, info: EngineInfo = PODMAN) => {
    const files = {
      '/p/Dockerfile': dockerfile,
      ...(binfmt === null ? {} : { '/proc/sys/fs/binfmt_misc/qemu-aarch64': binfmt }),
    };
    const at = surroundings({ files, programs: ['apt-get'] }, using(info));
    const wanted = asked.map((word) => parsePlatform(word)).filter((p) => p !== undefined);
    return only(platforms, { ...at, intent: { ...at.intent, platforms: wanted } });
  };
  test.each<[string, string[], string, string | null, EngineInfo, string]>([
    ['none asked', [], RUN, null, PODMAN, 'pass'],
    ['its own', ['linux/amd64'], RUN, null, PODMAN, 'pass'],
    ['what the processor runs, too', ['linux/386'], RUN, null, PODMAN, 'pass'],
    ['foreign, without RUN', ['linux/arm64'], 'FROM scratch\nCOPY . .\n', null, PODMAN, 'pass'],
    [
      'foreign, RUN on the own platform',
      ['linux/arm64'],
      'FROM --platform=$BUILDPLATFORM a\nRUN true\nFROM b\n',
      null,
      PODMAN,
      'pass',
    ],
    ['foreign with RUN, emulated', ['linux/amd64', 'linux/arm64'], RUN, REGISTERED, PODMAN, 'pass'],
    ['foreign with RUN, no qemu', ['linux/amd64', 'linux/arm64'], RUN, null, PODMAN, 'fail'],
    ['foreign with RUN, without flag F', ['linux/arm64'], RUN, REGISTERED.replace('F', ''), PODMAN, 'fail'],
    [
      'foreign with RUN, disabled',
      ['linux/arm64'],
      RUN,
      REGISTERED.replace('enabled', 'disabled'),
      PODMAN,
      'fail',
    ],
    ['foreign with RUN, buildx', ['linux/arm64'], RUN, null, DOCKER, 'warn'],
    ['foreign with RUN, elsewhere', ['linux/arm64'], RUN, null, { ...PODMAN, remote: true }, 'skip'],
  ])('%s', async (_what, asked, dockerfile, binfmt, info, status) => {
    const found = await ask(asked, dockerfile, binfmt, info);
    expect(found.status).toBe(status);
    if (status === 'fail') {
      expect(found).toMatchObject({
        failure: { code: 'EMULATION_MISSING' },
        fix: ['sudo apt-get install -y qemu-user-static'],
      });
    }
  });
});

describe('RUN steps', () => {
  const ask = (
    dockerfile: string,
    files: Record<string, string> = {},
    env: Record<string, string> = {},
    info = PODMAN,
  ) =>
    only(
      runSteps,
      surroundings({ files: { '/p/Dockerfile': dockerfile, ...files }, machine: { env } }, using(info)),
    );
  test.each<[string, string, string]>([
    ['no RUN', 'FROM scratch\n', 'pass'],
    ['control groups of the first version', 'FROM a\nRUN true\n', 'warn'],
  ])('%s', async (_what, dockerfile, status) => {
    expect((await ask(dockerfile)).status).toBe(status);
  });
  test('of the second version, or isolated otherwise, or docker', async () => {
    const run = 'FROM a\nRUN true\n';
    expect((await ask(run, { '/sys/fs/cgroup/cgroup.controllers': 'cpu' })).status).toBe('pass');
    expect((await ask(run, {}, { BUILDAH_ISOLATION: 'chroot' })).status).toBe('pass');
    expect((await ask(run, {}, {}, DOCKER)).status).toBe('skip');
  });
});

describe('logins', () => {
  const ask = (report: Partial<typeof NO_LOGIN>, info = PODMAN) =>
    only(
      credentials,
      surroundings(
        { programs: ['podman', 'docker'] },
        { credentialsOf: async () => ({ ...NO_LOGIN, ...report }), ...using(info) },
      ),
    );
  const STORE = 'docker-credential-pass (/home/ada/.docker/config.json)';
  test.each([
    ['none at all', {}, PODMAN, 'pass', []],
    ['the same', { podman: 'a', docker: 'b', agree: true }, PODMAN, 'pass', []],
    ['different ones', { podman: 'a', docker: 'b', agree: false }, PODMAN, 'warn', []],
    [
      "docker's alone, podman builds",
      { docker: STORE, agree: false },
      PODMAN,
      'warn',
      ['podman login --tls-verify=false localhost:5000'],
    ],
    ["docker's alone, docker builds", { docker: STORE, agree: false }, DOCKER, 'pass', []],
    [
      "podman's alone, docker builds",
      { podman: 'a', agree: false },
      DOCKER,
      'warn',
      ['docker login localhost:5000'],
    ],
    [
      'one that cannot be read',
      { broken: ['config.json is no JSON'] },
      PODMAN,
      'warn',
      ['podman login --tls-verify=false localhost:5000'],
    ],
  ])('%s', async (_what, report, info, status, fix) => {
    expect(await ask(report, info)).toMatchObject({ status, fix });
  });
  test('a credsStore is named', async () => {
    expect((await ask({ docker: STORE, agree: false })).summary).toContain(
      'credsStore that podman does not read',
    );
  });
});
