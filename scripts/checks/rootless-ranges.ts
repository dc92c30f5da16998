/** Whether rootless podman has ids to give to an image's users: one check for users, one for groups. */
import { type Finding, fail, pass, type Surroundings, skip, warn } from './check.ts';
import { grantRange, type Ids, type Kind, readIds, rootlessChecker } from './rootless.ts';
import { ENOUGH, holds, isMapped, overlap, ownedBy, span, total } from './subids.ts';

export const ranges = rootlessChecker(['rootless.subuid', 'rootless.subgid'], async (at) => {
  const ids = await readIds(at);
  return [judge(at, ids, 'subuid'), judge(at, ids, 'subgid')];
});

function judge(at: Surroundings, ids: Ids, kind: Kind): Finding {
  const { user } = at.machine;
  const id = `rootless.${kind}`;
  const file = `/etc/${kind}`;
  const all = ids.ranges[kind];
  const own = ownedBy(all, user);
  const others = all.filter((range) => !own.includes(range));
  const evidence = own.map(({ owner, start, count }) => `${file}: ${owner}:${start}:${count}`).join('; ');
  const details = { evidence, topic: 'podman-rootless' } as const;
  const grant = (without: typeof own = []) => ({ ...details, fix: grantRange(at, ids, kind, without) });

  if (ids.elsewhere) return skip(id, 'a directory service gives the ranges (subid in /etc/nsswitch.conf)');
  if (own.length === 0) {
    return fail(id, `${user.name} has no range in ${file}: images with other owners cannot be built or run`, {
      ...grant(),
      evidence: `no line of ${file} begins with ${user.name}: or ${user.uid}:`,
    });
  }
  const onUser = own.filter((range) => holds(range, user.uid));
  if (onUser.length)
    return fail(id, `the range in ${file} holds the uid of ${user.name}, ${user.uid}`, grant(onUser));
  const beyond = own.filter((range) => !isMapped(range, ids.here));
  if (beyond.length) {
    const summary = `the range in ${file} lies outside the ids that this container has`;
    const here = ids.here.map(span).join(', ');
    return fail(id, summary, { ...grant(beyond), evidence: `${evidence}; /proc/self/uid_map has ${here}` });
  }
  const shared = others.find((other) => own.some((range) => overlap(range, other)));
  if (shared) {
    const overlapping = own.filter((range) => overlap(range, shared));
    const summary = `the range in ${file} overlaps that of ${shared.owner}: each can touch the other's files`;
    return warn(id, summary, {
      ...grant(overlapping),
      evidence: `${evidence}; ${shared.owner} has ${span(shared)}`,
    });
  }
  const above = others.find((range) => holds(range, user.uid));
  if (above) {
    return warn(id, `the uid of ${user.name}, ${user.uid}, lies in the range of ${above.owner}`, {
      ...details,
      evidence: `${file}: ${above.owner} has ${span(above)}`,
    });
  }
  if (total(own) < ENOUGH) {
    return warn(
      id,
      `${total(own)} ids in ${file}; images with a user nobody (65534) need ${ENOUGH}`,
      grant(),
    );
  }
  return pass(id, `${user.name} has ${total(own)} ids in ${file}`, { evidence });
}
