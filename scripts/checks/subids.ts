/** `/etc/subuid` and `/etc/subgid` (subuid(5)): `owner:start:count`, an owner by name or by number. */

export interface Range {
  readonly start: number;
  readonly count: number;
}

export interface OwnedRange extends Range {
  readonly owner: string;
}

/** What an image of ordinary size needs: the ids up to `nobody`. */
export const ENOUGH = 65_536;

export function parseSubids(text: string): OwnedRange[] {
  return text.split('\n').flatMap((line) => {
    const found = /^([^:#\s][^:]*):(\d+):(\d+)\s*$/.exec(line);
    const [, owner = '', start, count] = found ?? [];
    return found && Number(count) > 0 ? [{ owner, start: Number(start), count: Number(count) }] : [];
  });
}

export const ownedBy = (
  ranges: readonly OwnedRange[],
  user: { readonly name: string; readonly uid: number },
): OwnedRange[] => ranges.filter(({ owner }) => owner === user.name || owner === String(user.uid));

export const total = (ranges: readonly Range[]): number => ranges.reduce((sum, { count }) => sum + count, 0);

export const holds = ({ start, count }: Range, id: number): boolean => id >= start && id < start + count;

export const overlap = (a: Range, b: Range): boolean =>
  a.start < b.start + b.count && b.start < a.start + a.count;

/** `100000-165535`, both ends in it, as usermod wants it. */
export const span = ({ start, count }: Range): string => `${start}-${start + count - 1}`;

/** A map of a namespace (user_namespaces(7), uid_map): the ids inside, and where they lie outside. */
export interface Mapping extends Range {
  readonly outside: number;
}

export const parseIdMap = (text: string): Mapping[] =>
  [...text.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/gm)].map(([, start, outside, count]) => ({
    start: Number(start),
    outside: Number(outside),
    count: Number(count),
  }));

/** Whether each id of the range exists in this namespace at all. */
export const isMapped = (range: Range, map: readonly Mapping[]): boolean =>
  map.some(({ start, count }) => range.start >= start && range.start + range.count <= start + count);

/** The lowest free range of 65,536 ids from `least` on; null where this namespace has none. */
export function freeRange(taken: readonly Range[], least: number, map: readonly Mapping[]): Range | null {
  const starts = [least, ...taken.map(({ start, count }) => start + count)].filter((start) => start >= least);
  for (const start of starts.sort((a, b) => a - b)) {
    const range = { start, count: ENOUGH };
    if (isMapped(range, map) && !taken.some((other) => overlap(other, range))) return range;
  }
  return null;
}
