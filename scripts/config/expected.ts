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
import { referenceIn, repositoryIn } from './judge.ts';

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

/** `reference` has a digest. `repository` is the one that the settings name. */
export function expectedFrom(
  reference: Reference | null,
  repository: Repository | null,
  places: readonly Place[],
): Wanted {
  if (reference?.digest) {
    const measure = { repository: reference.repository, digest: reference.digest, disagree: false };
    return { reference: pinned(reference.repository, reference.digest), for: () => measure, warnings: [] };
  }
  const groups = agreement(
    places.filter(({ role }) => role !== 'mention'),
    repository,
  );
  const [only] = groups.size === 1 || repository ? [...groups.values()] : [];
  const nothing: Measure = { repository, digest: null, disagree: false };
  const fallback = only ?? nothing;
  return {
    reference: only?.repository && only.digest ? pinned(only.repository, only.digest) : null,
    for: ({ value }) => {
      const named = repositoryIn(value);
      return (named && groups.get(formatRepository(named))) ?? fallback;
    },
    warnings: [...groups.values()].flatMap(({ repository: one, disagree }) =>
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

/** For each repository that is pinned: its digest, if it is one and the same everywhere. */
function agreement(places: readonly Place[], repository: Repository | null): Map<string, Measure> {
  const groups = new Map<string, Measure>();
  for (const { value } of places) {
    const found = referenceIn(value);
    if (!found?.digest || (repository && !sameRepository(found.repository, repository))) continue;
    const name = formatRepository(found.repository);
    const before = groups.get(name);
    const disagree = before !== undefined && (before.disagree || before.digest !== found.digest);
    groups.set(name, { repository: found.repository, digest: disagree ? null : found.digest, disagree });
  }
  return groups;
}
