/** What the state file says was released, beside what is expected. */
import { relative } from 'node:path';
import { Failure } from '../errors.ts';
import { formatReference, parseReference, type Reference, sameRepository } from '../oci/reference.ts';
import type { Project } from '../project.ts';
import type { StateReport } from '../results.ts';
import type { StateRead } from '../state.ts';

/** The reference that was released; null without a state file, or where it names none with a digest. */
export function released({ value }: StateRead): Reference | null {
  const reference = parsed(value?.container_image_uri);
  return reference?.digest ? reference : null;
}

/** The same, with the tag that it was pushed under. */
export function releasedAs(state: StateRead): Reference | null {
  const reference = released(state);
  const tag = parsed(state.value?.image)?.tag;
  return reference && tag ? { ...reference, tag } : reference;
}

/**
 * The digests of a repository that were released before one, the latest first, each at its first release: going
 * back twice leads further back. All of them where that one was not released from here.
 * @param releases oldest first
 */
export function releasedBefore<T extends { readonly reference: string }>(
  releases: readonly T[],
  { repository, digest }: Reference,
): T[] {
  const first = new Map<string, T>();
  for (const release of releases) {
    const one = parsed(release.reference);
    if (!one?.digest || !sameRepository(one.repository, repository)) continue;
    if (!first.has(one.digest)) first.set(one.digest, release);
  }
  const digests = [...first.keys()];
  const earlier = digest && first.has(digest) ? digests.indexOf(digest) : digests.length;
  return [...first.values()].slice(0, earlier).reverse();
}

function parsed(text: unknown): Reference | null {
  if (typeof text !== 'string') return null;
  try {
    return parseReference(text);
  } catch {
    return null;
  }
}

/**
 * The argument, else what was released; null: whatever all places agree on.
 * @throws Failure REFERENCE_INVALID, FILE_UNPARSABLE
 */
export function expectedReference(asked: Reference | null, state: StateRead): Reference | null {
  if (asked?.digest) return asked;
  if (asked) {
    const name = formatReference(asked);
    throw new Failure('REFERENCE_INVALID', `${name} has no digest, and only a digest can be pinned`, {
      hint: 'docker-build digest tells it',
      next: `docker-build digest ${name}`,
    });
  }
  if (state.problem) {
    throw new Failure('FILE_UNPARSABLE', `the state file ${state.path} cannot be read: ${state.problem}`, {
      hint: 'mend it, move it away, or name the reference',
    });
  }
  return released(state);
}

export function stateReport(
  { dir, stateFile }: Project,
  state: StateRead,
  expected: string | null,
): StateReport {
  const uri = state.value?.container_image_uri;
  const said = typeof uri === 'string' ? uri : null;
  const file = state.value || state.problem ? relative(dir, stateFile) : null;
  if (state.problem) return { file, containerImageUri: null, status: 'unreadable' };
  if (said === null) return { file, containerImageUri: null, status: 'absent' };
  return { file, containerImageUri: said, status: said === expected ? 'match' : 'stale' };
}
