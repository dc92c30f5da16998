/**
 * Each cause for which rootless podman fails that concerns one user only, made for real with a user of its own: found by
 * its own check, mended by the printed commands as they are printed, clean afterwards.
 * What concerns the whole machine is in test/checks/rootless.test.ts, through a seam.
 */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Check } from '../../scripts/results.ts';
import { busybox, native } from '../support/context.ts';
import { installSkill } from '../support/install-skill.ts';
import { type ThrowawayUser, throwawayUser } from '../support/throwaway-user.ts';

const before = ['/etc/subuid', '/etc/subgid'].map((file) => readFileSync(file, 'utf8'));

let user: ThrowawayUser;
let project: string;
let program: string;
let well: string;

beforeAll(async () => {
  user = throwawayUser();
  const made = mkdtempSync(join(tmpdir(), 'rootless-'));
  await installSkill(join(made, 'skill'));
  mkdirSync(join(made, 'project'));
  copyFileSync(busybox(native()), join(made, 'project', 'busybox'));
  chmodSync(join(made, 'project', 'busybox'), 0o755);
  writeFileSync(
    join(made, 'project', 'Dockerfile'),
    'FROM scratch\nCOPY busybox /bin/sh\nCOPY --chown=42:42 busybox /other\n',
  );
  const home = user.give(made, 'work');
  rmSync(made, { recursive: true });
  project = join(home, 'project');
  program = join(home, 'skill/scripts/lib/docker-build.mjs');
  well = `${user.name}:${free()}:65536`;
}, 60_000);

afterAll(() => {
  user?.remove();
  expect(['/etc/subuid', '/etc/subgid'].map((file) => readFileSync(file, 'utf8'))).toEqual(before);
});

/** A range above all that stand in the files. */
const free = (): number =>
  Math.max(
    500_000,
    ...before.flatMap((text) =>
      [...text.matchAll(/:(\d+):(\d+)$/gm)].map(([, a, b]) => Number(a) + Number(b)),
    ),
  );

type Env = Readonly<Record<string, string | undefined>>;

async function doctor(env: Env = {}, lines: readonly string[] = []): Promise<Map<string, Check>> {
  const command = `${process.execPath} ${program} doctor --engine podman --json`;
  const { stdout, stderr } = await user.sh([`cd ${project}`, ...lines, `${command} || true`], env);
  const at = stdout.lastIndexOf('{"schemaVersion"');
  if (at < 0) throw new Error(`${stdout}\n${stderr}`);
  const checks: Check[] = JSON.parse(stdout.slice(at)).data.checks;
  return new Map(checks.map((check) => [check.id, check]));
}

const build = (env: Env = {}, lines: readonly string[] = []) =>
  user.sh([...lines, `podman build --quiet --no-cache --tag test ${project}`], env);

/** The failed and warning checks of rootless podman. */
const wrong = (checks: ReadonlyMap<string, Check>): string[] =>
  [...checks.values()]
    .filter(({ id, status }) => id.startsWith('rootless.') && (status === 'fail' || status === 'warn'))
    .map(({ id }) => id);

/** All commands that doctor prints, each once: two checks may print the same last one. */
const printed = (checks: ReadonlyMap<string, Check>): string[] => {
  const all = wrong(checks).flatMap((id) => checks.get(id)?.fix ?? []);
  return all.filter((line, i) => all.lastIndexOf(line) === i);
};

beforeEach(async () => {
  user.ranges(well, well);
  await user.sh(['podman system migrate']);
});

test('a user with ranges, and a namespace that has them: nothing is wrong', { timeout: 60_000 }, async () => {
  expect(wrong(await doctor())).toEqual([]);
  expect(await build()).toMatchObject({ exitCode: 0 });
});

interface Cause {
  readonly what: string;
  readonly found: readonly string[];
  readonly make: () => unknown;
  readonly env?: () => Env;
  /** What the build says; undefined where podman can build all the same. */
  readonly says?: RegExp;
}

const CHOWN = /chown .*: invalid argument|potentially insufficient UIDs or GIDs/;

const causes: readonly Cause[] = [
  {
    what: 'no range at all',
    found: ['rootless.subuid', 'rootless.subgid'],
    make: () => user.ranges(null, null),
    says: CHOWN,
  },
  { what: 'none for users', found: ['rootless.subuid'], make: () => user.ranges(null, well), says: CHOWN },
  { what: 'none for groups', found: ['rootless.subgid'], make: () => user.ranges(well, null), says: CHOWN },
  {
    what: 'a range of 20 ids',
    found: ['rootless.subuid', 'rootless.subgid'],
    make: () => user.ranges(`${user.name}:${free()}:20`, `${user.name}:${free()}:20`),
    says: CHOWN,
  },
  {
    what: 'a range that holds the user',
    found: ['rootless.subuid'],
    make: () => user.ranges(`${user.name}:${user.uid - 1}:65536`, well),
    says: /includes the user UID/,
  },
  {
    what: 'a line that cannot be read',
    found: ['rootless.subuid'],
    make: () => user.ranges(`${user.name}:${free()}`, well),
    says: CHOWN,
  },
  {
    what: 'USER names somebody else, as after su without -',
    found: ['rootless.user'],
    make: () => {},
    env: () => ({ USER: 'nobody' }),
    says: CHOWN,
  },
  {
    what: 'a runtime folder that belongs to somebody else',
    found: ['rootless.runtime-dir'],
    make: () => {},
    env: () => ({ XDG_RUNTIME_DIR: '/root' }),
    says: /not owned by the current user|permission denied/,
  },
  {
    what: 'no runtime folder',
    found: ['rootless.runtime-dir'],
    make: () => {},
    env: () => ({ XDG_RUNTIME_DIR: undefined }),
  },
];

describe.each(causes)('$what', ({ found, make, env = () => ({}), says }) => {
  test('is found by its own check and mended by the printed commands', { timeout: 120_000 }, async () => {
    make();
    await user.sh(['podman system migrate || true'], env());

    const failed = await build(env());
    if (says) expect(failed.stderr).toMatch(says);
    else expect(failed).toMatchObject({ exitCode: 0 });

    const sick = await doctor(env());
    expect(wrong(sick)).toEqual(found);

    const commands = printed(sick);
    expect(commands.length).toBeGreaterThan(0);
    expect(wrong(await doctor(env(), commands))).toEqual([]);
    // what was exported is gone with that shell
    const exported = commands.filter((line) => line.startsWith('export '));
    expect(await build(env(), exported)).toMatchObject({ exitCode: 0 });
  });
});

test('ranges that podman has not taken notice of', { timeout: 60_000 }, async () => {
  user.ranges(null, null);
  await user.sh(['podman system migrate', 'podman unshare true']);
  user.ranges(well, well);

  expect((await build()).stderr).toMatch(CHOWN);
  const sick = await doctor();
  expect(wrong(sick)).toEqual(['rootless.namespace-stale']);
  expect(sick.get('rootless.namespace-stale')?.evidence).toContain(`0 ${user.uid} 1`);
  expect(wrong(await doctor({}, printed(sick)))).toEqual([]);
  expect(await build()).toMatchObject({ exitCode: 0 });
});

test('a range by uid is as good as one by name', { timeout: 60_000 }, async () => {
  const line = `${user.uid}:${free()}:65536`;
  user.ranges(line, line);
  await user.sh(['podman system migrate']);
  expect(wrong(await doctor())).toEqual([]);
  expect(await build()).toMatchObject({ exitCode: 0 });
});

test('newuidmap is not on PATH, or without its privileges', { timeout: 60_000 }, async () => {
  const bin = join(user.home, 'poor');
  mkdirSync(bin);
  for (const name of ['podman', 'cat', 'conmon', 'crun', 'runc', 'git', 'getcap']) {
    symlinkSync(`/usr/bin/${name}`, join(bin, name));
  }
  await user.sh(['podman system migrate']);
  const missing = await doctor({ PATH: bin });
  expect(wrong(missing)).toContain('rootless.newuidmap');

  for (const name of ['newuidmap', 'newgidmap']) {
    copyFileSync(`/usr/bin/${name}`, join(bin, name));
    chmodSync(join(bin, name), 0o755);
  }
  const powerless = await doctor({ PATH: bin });
  expect(wrong(powerless)).toEqual(['rootless.newuidmap']);
  expect(powerless.get('engine')?.status).toBe('fail');

  const commands = printed(powerless);
  expect(commands).toContain(`sudo chmod u+s ${join(bin, 'newuidmap')}`);
  await user.sh(commands);
  expect(wrong(await doctor({ PATH: bin }))).toEqual([]);
});
