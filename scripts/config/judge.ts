/** What a value is, measured by the reference that should stand there. */
import { parseReference, type Reference, type Repository, sameRepository } from '../oci/reference.ts';
import type { TargetStatus } from '../results.ts';
import type { Place, Role } from './format.ts';

/** Filled in by something that reads the file, or by nothing: `${X}`, `$X`, `{{ x }}`, `%X%`. */
const VARIABLE = /\$\{|\{\{|\$\(|\$[A-Za-z_]|%[A-Z_]+%/;
/** Words that templates use for what has to be filled in. */
const TO_FILL_IN =
  /(?:^|[/._:@-])(?:your|change-?me|placeholder|replace(?:-?me|-with)?|todo|fixme|insert|x{3,})(?:[/._:@-]|$)|<|\.{3}|…|\*{3}/i;

/** Null for what is no reference. */
export function referenceIn(value: string | null): Reference | null {
  if (!value) return null;
  try {
    return parseReference(value);
  } catch {
    return null;
  }
}

/** The repository before `@`, also where what follows is no digest. */
export const repositoryIn = (value: string | null): Repository | null =>
  value && !VARIABLE.test(value) ? (referenceIn(value.split('@')[0] ?? '')?.repository ?? null) : null;

/** Whether the name of the image is still to be filled in. */
export const isToFillIn = (value: string | null): boolean => TO_FILL_IN.test(value?.split('@')[0] ?? '');

/**
 * `wanted`: the repository that the place should name (null: not known), and its digest (null: not known, so that
 * every full digest may be right).
 */
export function statusOf(
  value: string | null,
  wanted: { readonly repository: Repository | null; readonly digest: string | null },
  keepsTag: boolean,
): TargetStatus {
  if (!value) return 'missing';
  if (VARIABLE.test(value)) return 'variable';
  const named = repositoryIn(value);
  const ours = named !== null && (wanted.repository === null || sameRepository(named, wanted.repository));
  if (named && !ours) return isToFillIn(value) ? 'placeholder' : 'other-repository';
  const reference = referenceIn(value);
  if (reference?.digest) {
    if (wanted.digest !== null && reference.digest !== wanted.digest) return 'stale';
    return reference.tag && !keepsTag ? 'stale' : 'match';
  }
  if (reference) return 'mutable-tag';
  const after = value.includes('@') ? value.slice(value.indexOf('@') + 1) : null;
  if (after === null) return isWord(value) ? 'other-repository' : 'placeholder';
  return /^(?:sha\d+:)?[0-9a-f]+$/i.test(after) ? 'short-digest' : 'placeholder';
}

/** `redis:7`: a short name of somebody's image, and no placeholder. */
const isWord = (value: string): boolean =>
  /^[a-z0-9][a-z0-9._-]*(?::[\w.-]+)?$/.test(value) && !TO_FILL_IN.test(value) && !/digest|image/.test(value);

const WRITTEN: Readonly<Record<Role, ReadonlySet<TargetStatus>>> = {
  own: new Set(['missing', 'stale', 'placeholder', 'short-digest', 'variable', 'mutable-tag']),
  config: new Set(['stale', 'missing', 'placeholder', 'short-digest', 'variable']),
  pin: new Set(['stale', 'placeholder', 'short-digest']),
  mention: new Set(),
};

/** Whether `--apply` puts the reference there. */
export function isWritten({ role, value }: Place, status: TargetStatus): boolean {
  // a tag that nobody chose is no deliberate one
  const unchosen = status === 'mutable-tag' && ['latest', undefined].includes(referenceIn(value)?.tag);
  return WRITTEN[role].has(status) || (role === 'config' && unchosen);
}

/** Whether `--check` ends with 8 for it: what `--apply` would write, and what it must not but should have to. */
export const isDrift = (place: Place, status: TargetStatus): boolean =>
  isWritten(place, status) ||
  (status === 'duplicate' && place.role !== 'mention') ||
  (status === 'other-repository' && place.role === 'own');
