/** Which reference should stand where: the one asked for, else what all places of a repository agree on. */
import type { Warning } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import {
  formatRepository,
  pinned,
  type Reference,
  type Repository,
  sameRepository,
} from '../oci/reference.ts';
import type { Place } from './format.ts';
import { isToFillIn, referenceIn, repositoryIn } from './judge.ts';

export interface Measure {
  readonly repository: Repository | null;
  /** Null: nothing says which digest is right. */
  readonly digest: Digest | null;
  /** The places of the repository name several digests. */
  readonly disagree: boolean;
}

export interface Wanted {
  /** Pinned; null where no single one is known. */
  readonly reference: string | null;
  readonly for: (place: Place) => Measure;
  readonly warnings: readonly Warning[];
}

/** What the settings say about the image. */
export interface Known {
  /** Named; null where nothing names one. */
  readonly repository: Repository | null;
  /** What it would be called with nothing else said. */
  readonly byDefault: Repository | null;
}

/** `reference` has a digest. */
export function expectedFrom(
  reference: Reference | null,
  { repository, byDefault }: Known,
  places: readonly Place[],
): Wanted {
  if (reference?.digest) {
    const measure = { repository: reference.repository, digest: reference.digest, disagree: false };
    return { reference: pinned(reference.repository, reference.digest), for: () => measure, warnings: [] };
  }
  const ours = repository ? [repository] : namedAsOwn(places);
  const pins = agreement(places.filter(({ role }) => role !== 'mention'));
  // with nothing to say which image is the project's, each one that is pinned has to agree with itself
  const groups = ours.length
    ? ours.map((one) => pins.get(formatRepository(one)) ?? unknown(one))
    : [...pins.values()];
  const [only] = groups.length === 1 ? groups : [];
  // what is pinned somewhere may be anybody's: it says nothing about places that do not name it
  const fallback = ours.length && only ? only : unknown(null);
  const expected = ours.length || isDefault(only, byDefault) ? only : undefined;
  return {
    reference: expected?.repository && expected.digest ? pinned(expected.repository, expected.digest) : null,
    for: ({ value }) => {
      const named = repositoryIn(value);
      return (
        groups.find((one) => named && one.repository && sameRepository(one.repository, named)) ?? fallback
      );
    },
    warnings: groups.flatMap(({ repository: one, disagree }) =>
      disagree && one
        ? [
            {
              code: 'DIGESTS_DIFFER',
              message: `places of ${formatRepository(one)} name several digests, and nothing says which is right`,
              hint: 'docker-build config-report REFERENCE',
            },
          ]
        : [],
    ),
  };
}

const unknown = (repository: Repository | null): Measure => ({ repository, digest: null, disagree: false });

/** Pinned alone, it is the project's own unless that has another name. */
const isDefault = (only: Measure | undefined, byDefault: Repository | null): boolean =>
  byDefault === null || !only?.repository || sameRepository(only.repository, byDefault);

/** The repositories in places that name the image of the project and of nobody else. */
function namedAsOwn(places: readonly Place[]): Repository[] {
  const named = places
    .filter(({ role, namesOwn }) => role === 'own' || role === 'config' || (namesOwn && role !== 'mention'))
    .flatMap(({ value }) => (isToFillIn(value) ? [] : (repositoryIn(value) ?? [])));
  return [...new Map(named.map((one) => [formatRepository(one), one])).values()];
}

/** For each repository that is pinned: its digest, if it is one and the same everywhere. */
function agreement(places: readonly Place[]): Map<string, Measure> {
  const groups = new Map<string, Measure>();
  for (const { value } of places) {
    const found = referenceIn(value);
    if (!found?.digest) continue;
    const name = formatRepository(found.repository);
    const before = groups.get(name);
    const disagree = before !== undefined && (before.disagree || before.digest !== found.digest);
    groups.set(name, { repository: found.repository, digest: disagree ? null : found.digest, disagree });
  }
  return groups;
}
