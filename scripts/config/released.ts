/** What the state file says was released, beside what is expected. */
import { relative } from 'node:path';
import { Failure } from '../errors.ts';
import { formatReference, parseReference, type Reference } from '../oci/reference.ts';
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
