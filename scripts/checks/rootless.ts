/** What rootless podman stands on, read once for the checks that ask about it. */

import { shellWord } from '../io/shell-word.ts';
import { asRoot, type Checker, type Finding, type Surroundings, skipAll } from './check.ts';
import {
  freeRange,
  type Mapping,
  type OwnedRange,
  parseIdMap,
  parseSubids,
  type Range,
  span,
} from './subids.ts';

/** A check of rootless podman is skipped wherever that is not what builds. */
export function rootlessChecker(
  ids: readonly string[],
  ask: (at: Surroundings) => Promise<readonly Finding[]>,
): Checker {
  return {
    ids,
    fast: true,
    async ask(at) {
      const why = await notRootless(at);
      return why ? skipAll(ids, why) : ask(at);
    },
  };
}

async function notRootless(at: Surroundings): Promise<string | null> {
  const { machine, engineAsked } = at;
  if (machine.system !== 'linux') return 'podman works in a virtual machine here';
  if (machine.user.uid === 0) return 'podman runs as root here';
  if (engineAsked === 'docker' || !machine.which('podman')) return 'podman is not used';
  const { info } = await at.engine();
  if (info?.name === 'docker') return 'docker is used';
  if (info?.remote) return 'podman works on another machine';
  return info && !info.rootless ? 'podman runs as root' : null;
}

export type Kind = 'subuid' | 'subgid';

export interface Ids {
  /** What the file says, of everybody. */
  readonly ranges: Readonly<Record<Kind, readonly OwnedRange[]>>;
  /** The ids that exist where we are: fewer than all of them inside a container. */
  readonly here: readonly Mapping[];
  /** A range that nobody has; the same for users and groups. */
  readonly free: Range | null;
  /** The user stands in /etc/passwd, not in a directory service. */
  readonly local: boolean;
  /** The ranges come from a directory service (nsswitch.conf, `subid:`), not from the files. */
  readonly elsewhere: boolean;
}

const ALL_IDS = [{ start: 0, outside: 0, count: 2 ** 32 - 1 }];

export async function readIds({ machine }: Surroundings): Promise<Ids> {
  const [subuid, subgid, map, defs, passwd, nsswitch] = await Promise.all(
    [
      '/etc/subuid',
      '/etc/subgid',
      '/proc/self/uid_map',
      '/etc/login.defs',
      '/etc/passwd',
      '/etc/nsswitch.conf',
    ].map(async (path) => (await machine.read(path)) ?? ''),
  );
  const ranges = { subuid: parseSubids(subuid ?? ''), subgid: parseSubids(subgid ?? '') };
  const mapped = parseIdMap(map ?? '');
  const here = mapped.length ? mapped : ALL_IDS;
  const users = [...(passwd ?? '').matchAll(/^([^:]+):[^:]*:(\d+):/gm)];
  const taken = [
    ...ranges.subuid,
    ...ranges.subgid,
    ...users.map(([, , uid]) => ({ start: Number(uid), count: 1 })),
    { start: machine.user.uid, count: 1 },
  ];
  const least = Number(/^SUB_UID_MIN\s+(\d+)/m.exec(defs ?? '')?.[1] ?? 100_000);
  const source = /^subid:\s*(\S+)/m.exec(nsswitch ?? '')?.[1];
  return {
    ranges,
    here,
    free: freeRange(taken, least, here),
    local: users.some(([, name]) => name === machine.user.name),
    elsewhere: source !== undefined && source !== 'files',
  };
}

/** The commands that give a user a range; without `podman system migrate` podman keeps the mapping it has. */
export function grantRange(
  at: Surroundings,
  ids: Ids,
  kind: Kind,
  without: readonly OwnedRange[] = [],
): string[] {
  const sudo = asRoot(at);
  const { name } = at.machine.user;
  if (!ids.free) return [];
  const { start, count } = ids.free;
  const add = ids.local
    ? `${sudo}usermod --add-${kind}s ${span(ids.free)} ${shellWord(name)}`
    : `echo ${shellWord(`${name}:${start}:${count}`)} | ${sudo}tee -a /etc/${kind}`;
  const removed = without.map((range) => `${sudo}sed -i ${shellWord(deletion(range))} /etc/${kind}`);
  return [...removed, add, 'podman system migrate'];
}

const deletion = ({ owner, start, count }: OwnedRange): string =>
  `/^${owner.replaceAll(/[\\/.*[\]^$]/g, '\\$&')}:${start}:${count}$/d`;
