import { describe, expect, test } from 'vitest';
import type { Checker, EngineAnswer } from '../../scripts/checks/check.ts';
import { idmap } from '../../scripts/checks/rootless-idmap.ts';
import { namespace } from '../../scripts/checks/rootless-namespace.ts';
import { ranges } from '../../scripts/checks/rootless-ranges.ts';
import { runtimeDir } from '../../scripts/checks/rootless-runtime-dir.ts';
import { userns } from '../../scripts/checks/rootless-userns.ts';
import { Failure } from '../../scripts/errors.ts';
import { DOCKER, ended, type Fake, machine, PODMAN, surroundings } from './surroundings.ts';

const NONE: EngineAnswer = {
  info: null,
  failure: new Failure('ENGINE_UNREACHABLE', 'podman does not answer'),
};
const ALL_IDS = '         0          0 4294967295\n';
const PASSWD =
  'root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n';

const rootless = (files: Record<string, string>, fake: Fake = {}) =>
  surroundings({
    ...fake,
    files: { '/etc/passwd': PASSWD, '/proc/self/uid_map': ALL_IDS, ...files },
    programs: ['podman', 'newuidmap', 'newgidmap'],
  });

const one = async (checker: Checker, at: ReturnType<typeof surroundings>, id: string) => {
  const found = (await checker.ask(at)).find((finding) => finding.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};

describe('subordinate ids', () => {
  const WELL = 'ada:100000:65536\n';
  test.each([
    ['its own line', WELL, 'pass', []],
    ['a line by uid', '1000:100000:65536\n', 'pass', []],
    ['two that are enough together', 'ada:100000:60000\nada:300000:10000\n', 'pass', []],
    ['no line', '', 'fail', ['sudo usermod --add-subuids 165536-231071 ada', 'podman system migrate']],
    [
      "somebody else's line only",
      'bob:165536:65536\n',
      'fail',
      ['sudo usermod --add-subuids 231072-296607 ada', 'podman system migrate'],
    ],
    [
      'a line that cannot be read',
      'ada:100000\n',
      'fail',
      ['sudo usermod --add-subuids 165536-231071 ada', 'podman system migrate'],
    ],
    [
      'too few',
      'ada:100000:1000\n',
      'warn',
      ['sudo usermod --add-subuids 165536-231071 ada', 'podman system migrate'],
    ],
    [
      'its own uid in it',
      'ada:1000:65536\n',
      'fail',
      [
        "sudo sed -i '/^ada:1000:65536$/d' /etc/subuid",
        'sudo usermod --add-subuids 165536-231071 ada',
        'podman system migrate',
      ],
    ],
    [
      'an overlap',
      'ada:200000:65536\nbob:250000:65536\n',
      'warn',
      [
        "sudo sed -i '/^ada:200000:65536$/d' /etc/subuid",
        'sudo usermod --add-subuids 315536-381071 ada',
        'podman system migrate',
      ],
    ],
    ["its uid in another's range", 'ada:100000:65536\nbob:900:200\n', 'warn', []],
  ])('%s', async (_what, subuid, status, fix) => {
    const found = await one(
      ranges,
      rootless({ '/etc/subuid': subuid, '/etc/subgid': WELL }),
      'rootless.subuid',
    );
    expect(found).toMatchObject({ status, fix });
  });

  test('users and groups are two checks, and get the same range', async () => {
    const findings = await ranges.ask(rootless({ '/etc/subuid': '', '/etc/subgid': 'bob:100000:65536\n' }));
    expect(findings.map(({ fix: [first] }) => first)).toEqual([
      'sudo usermod --add-subuids 165536-231071 ada',
      'sudo usermod --add-subgids 165536-231071 ada',
    ]);
  });

  test('a user of a directory service has no line in /etc/passwd, and usermod would refuse', async () => {
    const at = rootless({}, { machine: { user: { name: 'EX\\ada', uid: 70_000, home: '/h' } } });
    expect((await one(ranges, at, 'rootless.subuid')).fix[0]).toBe(
      "echo 'EX\\ada:100000:65536' | sudo tee -a /etc/subuid",
    );
  });

  test('the free range keeps off the uids of others', async () => {
    const at = rootless({ '/etc/passwd': `${PASSWD}eve:x:120000:120000::/home/eve:/bin/sh\n` });
    expect((await one(ranges, at, 'rootless.subuid')).fix[0]).toBe(
      'sudo usermod --add-subuids 120001-185536 ada',
    );
  });

  test('inside a container that has not those ids', async () => {
    const at = rootless({ '/etc/subuid': WELL, '/proc/self/uid_map': '0 1000 1\n1 100000 65536\n' });
    expect(await one(ranges, at, 'rootless.subuid')).toMatchObject({ status: 'fail', fix: [] });
  });

  test('a directory service that gives ranges is believed', async () => {
    const at = rootless({ '/etc/nsswitch.conf': 'passwd: files sss\nsubid: sss\n' });
    expect(await one(ranges, at, 'rootless.subuid')).toMatchObject({ status: 'skip' });
  });
});

describe('not asked where it does not matter', () => {
  const bare = { '/etc/subuid': '' };
  test.each([
    [
      'root',
      { ...rootless(bare), machine: machine({ machine: { user: { name: 'root', uid: 0, home: '/root' } } }) },
    ],
    ['docker is used', { ...rootless(bare), engine: async () => ({ info: DOCKER, failure: null }) }],
    ['docker is asked for', { ...rootless(bare), engineAsked: 'docker' as const }],
    [
      'podman is elsewhere',
      { ...rootless(bare), engine: async () => ({ info: { ...PODMAN, remote: true }, failure: null }) },
    ],
    ['no podman', { ...rootless(bare), machine: machine() }],
    [
      'macOS',
      { ...rootless(bare), machine: machine({ programs: ['podman'], machine: { system: 'darwin' } }) },
    ],
  ])('%s', async (_why, at) => {
    expect((await ranges.ask(at)).map(({ status }) => status)).toEqual(['skip', 'skip']);
  });

  test('but asked when podman does not answer: this may be why', async () => {
    const at = { ...rootless(bare), engine: async () => NONE };
    expect(await one(ranges, at, 'rootless.subuid')).toMatchObject({ status: 'fail' });
  });
});

describe('the namespace', () => {
  const FILES = { '/etc/subuid': 'ada:100000:65536\n', '/etc/subgid': 'ada:100000:65536\n' };
  const ask = async (map: string, files: Record<string, string> = FILES, env?: Record<string, string>) => {
    const answers = { 'podman unshare cat /proc/self/uid_map /proc/self/gid_map': ended(map) };
    return one(
      namespace,
      rootless(files, { answers, ...(env ? { machine: { env } } : {}) }),
      'rootless.namespace-stale',
    );
  };
  const fresh = '0 1000 1\n1 100000 65536\n';
  test.each([
    ['as the files say', fresh + fresh, 'pass'],
    ['from before there were any', '0 1000 1\n0 1000 1\n', 'fail'],
    ['from before the groups had any', `${fresh}0 1000 1\n`, 'fail'],
    ['another range', `0 1000 1\n1 200000 65536\n${fresh}`, 'fail'],
  ])('%s', async (_what, map, status) => {
    expect(await ask(map)).toMatchObject({ status, fix: status === 'fail' ? ['podman system migrate'] : [] });
  });

  test('without ranges there is nothing to compare', async () => {
    expect(await ask(fresh + fresh, {})).toMatchObject({ status: 'skip' });
  });

  test('podman reads the ranges of $USER', async () => {
    const at = rootless(FILES, { machine: { env: { USER: 'root' } } });
    expect(await one(namespace, at, 'rootless.user')).toMatchObject({
      status: 'fail',
      fix: ['export USER=ada', 'podman system migrate'],
    });
    expect(await ask('', FILES, { USER: 'root' })).toMatchObject({ status: 'skip' });
  });
});

describe('newuidmap and newgidmap', () => {
  const privileged = { uid: 0, mode: 0o4755 };
  const facts = { '/usr/bin/newuidmap': privileged, '/usr/bin/newgidmap': privileged };
  test('set-uid root', async () => {
    expect(await one(idmap, rootless({}, { facts }), 'rootless.newuidmap')).toMatchObject({ status: 'pass' });
  });

  // machine-wide: through the seam, since taking these privileges away would break this machine for everybody
  test('without their privileges (seam)', async () => {
    const at = rootless({}, { facts: { ...facts, '/usr/bin/newuidmap': { uid: 0, mode: 0o755 } } });
    expect(await one(idmap, at, 'rootless.newuidmap')).toMatchObject({
      status: 'fail',
      fix: ['sudo chown root /usr/bin/newuidmap', 'sudo chmod u+s /usr/bin/newuidmap'],
    });
  });

  test.each(['/usr/bin/newuidmap cap_setuid=ep', '/usr/bin/newuidmap = cap_setuid+ep'])(
    '%s (seam)',
    async (said) => {
      const plain = { uid: 0, mode: 0o755 };
      const at = rootless(
        {},
        {
          facts: { ...facts, '/usr/bin/newuidmap': plain },
          answers: { '/usr/sbin/getcap /usr/bin/newuidmap': ended(said) },
        },
      );
      expect(await one(idmap, at, 'rootless.newuidmap')).toMatchObject({ status: 'pass' });
    },
  );

  test('missing (seam)', async () => {
    const at = rootless({});
    const broken = { ...at, machine: machine({ programs: ['podman', 'newgidmap', 'apt-get'] }) };
    expect(await one(idmap, broken, 'rootless.newuidmap')).toMatchObject({
      status: 'fail',
      fix: ['sudo apt-get install -y uidmap'],
    });
  });

  test('a session without new privileges (seam)', async () => {
    const at = rootless({ '/proc/self/status': 'Name:\tnode\nNoNewPrivs:\t1\n' }, { facts });
    expect(await one(idmap, at, 'rootless.newuidmap')).toMatchObject({ status: 'fail', fix: [] });
  });
});

describe('the runtime folder', () => {
  const ask = (env: Record<string, string>, facts: Fake['facts'] = {}) =>
    one(runtimeDir, rootless({}, { machine: { env }, facts }), 'rootless.runtime-dir');
  const RUN = { XDG_RUNTIME_DIR: '/run/user/1000' };
  const own = ['mkdir -p -m 700 /home/ada/.local/run', 'export XDG_RUNTIME_DIR=/home/ada/.local/run'];
  const systemd = { '/run/systemd/system': { kind: 'folder' } } as const;
  test.each([
    ['ours', RUN, { '/run/user/1000': { kind: 'folder' } }, 'pass', []],
    ['not set', {}, {}, 'warn', own],
    ['not there', RUN, {}, 'warn', own],
    [
      'not there, with systemd',
      RUN,
      systemd,
      'warn',
      ['sudo loginctl enable-linger ada', 'export XDG_RUNTIME_DIR=/run/user/1000'],
    ],
    [
      'not set, and there',
      {},
      { '/run/user/1000': { kind: 'folder' } },
      'warn',
      ['export XDG_RUNTIME_DIR=/run/user/1000'],
    ],
    ["root's, after su", { XDG_RUNTIME_DIR: '/run/user/0' }, { '/run/user/0': { uid: 0 } }, 'fail', own],
  ] as const)('%s', async (_what, env, facts, status, fix) => {
    expect(await ask(env, facts)).toMatchObject({ status, fix });
  });
});

describe('user namespaces in the kernel (seam: a kernel setting is the whole machine’s)', () => {
  const ask = (files: Record<string, string>, engine?: () => Promise<EngineAnswer>) =>
    one(userns, { ...rootless(files), ...(engine ? { engine } : {}) }, 'rootless.userns');

  test('on', async () => {
    expect(await ask({ '/proc/sys/user/max_user_namespaces': '96365\n' })).toMatchObject({ status: 'pass' });
  });
  test.each([
    ['user.max_user_namespaces', '0', '28633'],
    ['kernel.unprivileged_userns_clone', '0', '1'],
  ])('%s = %s', async (name, value, allowed) => {
    expect(await ask({ [`/proc/sys/${name.replaceAll('.', '/')}`]: `${value}\n` })).toMatchObject({
      status: 'fail',
      fix: [
        `sudo sysctl -w ${name}=${allowed}`,
        `echo ${name}=${allowed} | sudo tee /etc/sysctl.d/99-rootless.conf`,
      ],
    });
  });
  test('AppArmor counts only where podman fails', async () => {
    const files = { '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1\n' };
    expect(await ask(files)).toMatchObject({ status: 'pass' });
    expect(await ask(files, async () => NONE)).toMatchObject({ status: 'fail' });
  });
});
