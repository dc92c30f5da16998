/** What the registry says to the digests that the files name. */
import { Failure, type Warning } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import { referenceIn } from './judge.ts';
import type { Survey } from './survey.ts';

export interface OnlinePorts {
  /** The digest that the registry serves for a tag or digest; null if it has none. @throws Failure */
  readonly digestOf: (reference: Reference) => Promise<Digest | null>;
}

export interface OnlineFindings {
  readonly warnings: readonly Warning[];
  readonly failure: Failure | null;
}

/** Whether each pinned digest still exists, and whether a tag that stands beside one, or was pushed with it, has moved. */
export async function checkOnline(
  { targets, wanted }: Survey,
  released: Reference | null,
  { digestOf }: OnlinePorts,
): Promise<OnlineFindings> {
  const named = targets
    .filter(({ status }) => status !== 'other-repository')
    .flatMap(({ current }) => referenceIn(current) ?? [])
    .concat(referenceIn(wanted.reference) ?? [], released ?? []);
  const pinned = unique(named.flatMap(({ repository, digest }) => (digest ? { repository, digest } : [])));
  const tagged = unique(named.filter(({ tag }) => tag !== undefined));
  try {
    const [digests, tags] = await Promise.all([
      Promise.all(pinned.map(async (reference) => ({ reference, digest: await digestOf(reference) }))),
      Promise.all(tagged.map(async (reference) => ({ reference, digest: await digestOf(byTag(reference)) }))),
    ]);
    const gone = digests.filter(({ digest }) => digest === null);
    const [first] = gone;
    return {
      warnings: tags.flatMap(({ reference, digest }) => moved(reference, digest, wanted.reference)),
      failure: first
        ? new Failure(
            'MISSING',
            `${gone.map(({ reference }) => formatReference(reference)).join(', ')}: the registry has no such manifest`,
            {
              hint: 'what names it cannot be deployed',
              next: `docker-build verify ${formatReference(first.reference)}`,
            },
          )
        : null,
    };
  } catch (error) {
    if (error instanceof Failure) return { warnings: [], failure: error };
    throw error;
  }
}

const byTag = ({ repository, tag }: Reference): Reference => ({ repository, ...(tag ? { tag } : {}) });

function moved(reference: Reference, serves: Digest | null, wanted: string | null): Warning[] {
  const meant = reference.digest ?? referenceIn(wanted)?.digest;
  if (!meant || serves === meant) return [];
  return [
    {
      code: 'TAG_MOVED',
      message: `${formatReference(byTag(reference))} is ${serves ?? 'gone'} in the registry now, not ${meant}`,
      hint: 'the digest stays what is deployed',
    },
  ];
}

const unique = (references: readonly Reference[]): Reference[] => [
  ...new Map(references.map((reference) => [formatReference(reference), reference])).values(),
];
