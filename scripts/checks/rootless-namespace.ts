/** Whether the namespace that podman keeps alive is the one the files describe, and whether it reads them for this user. */
import { type Finding, fail, pass, type Surroundings, skip } from './check.ts';
import { type Ids, readIds, rootlessChecker } from './rootless.ts';
import { type Mapping, ownedBy, parseIdMap, type Range } from './subids.ts';

const USER = 'rootless.user';
const STALE = 'rootless.namespace-stale';
const ASK = ['unshare', 'cat', '/proc/self/uid_map', '/proc/self/gid_map'];

export const namespace = rootlessChecker([USER, STALE], async (at) => {
  const named = user(at);
  return [
    named,
    named.status === 'fail' ? skip(STALE, 'podman reads the ranges of another user') : await stale(at),
  ];
});

/** podman looks up the ranges of `$USER`, which `su` without `-` leaves at somebody else's name. */
function user({ machine }: Surroundings): Finding {
  const said = machine.env.USER;
  const { name } = machine.user;
  if (!said || said === name) return pass(USER, `podman reads the ranges of ${name}`);
  return fail(USER, `USER is ${said}, and podman would read the ranges of ${said}, not of ${name}`, {
    evidence: `USER=${said}, and the uid is that of ${name}`,
    fix: [`export USER=${name}`, 'podman system migrate'],
    topic: 'podman-rootless',
  });
}

async function stale(at: Surroundings): Promise<Finding> {
  const ids = await readIds(at);
  if (ids.elsewhere) return skip(STALE, 'a directory service gives the ranges');
  const expected = [own(at, ids, 'subuid'), own(at, ids, 'subgid')];
  if (expected.some(({ length }) => length === 0)) return skip(STALE, 'there are no ranges to compare with');
  const asked = await at.machine.run({ program: 'podman', args: ASK }, 8_000);
  if (asked.exitCode !== 0)
    return skip(STALE, 'podman cannot enter its namespace', { evidence: lastLine(asked.stderr) });
  const found = split(parseIdMap(asked.stdout));
  if (found.every((map, i) => same(map, expected[i] ?? []))) {
    return pass(STALE, 'the namespace has the ranges of the files');
  }
  return fail(STALE, 'podman still uses the mapping from before the ranges were changed', {
    evidence: `podman unshare cat /proc/self/uid_map: ${asked.stdout
      .trim()
      .replaceAll(/\s*\n\s*/g, '; ')
      .replaceAll(/ +/g, ' ')}`,
    fix: ['podman system migrate'],
    topic: 'podman-rootless',
  });
}

const own = (at: Surroundings, { ranges }: Ids, kind: 'subuid' | 'subgid'): Range[] =>
  ownedBy(ranges[kind], at.machine.user);

/** The two maps that were printed one after the other: each begins with the user itself as 0. */
function split(map: readonly Mapping[]): Mapping[][] {
  const second = map.findLastIndex(({ start }) => start === 0);
  return [map.slice(1, second), map.slice(second + 1)];
}

const same = (map: readonly Mapping[], expected: readonly Range[]): boolean => {
  const key = (start: number, count: number) => `${start}:${count}`;
  const wanted = new Set(expected.map(({ start, count }) => key(start, count)));
  return map.length === wanted.size && map.every(({ outside, count }) => wanted.has(key(outside, count)));
};

const lastLine = (text: string): string | null => text.trim().split('\n').at(-1) ?? null;
