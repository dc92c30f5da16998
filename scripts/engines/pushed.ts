/** What a push made, where the engine says it and where it does not. */
import { Failure } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import type { EngineContext } from './context.ts';
import type { EngineName, PushedImage } from './engine.ts';

/** What the engine itself reported; undefined where it reported nothing. */
export interface Reported {
  readonly digest: Digest | undefined;
  readonly by: PushedImage['reportedBy'];
}

/**
 * Without a report the registry decides: the tag was written a moment ago.
 * @throws Failure PUSH_FAILED if the registry does not have the tag either
 */
export async function pushedImage(
  engine: EngineName,
  { tags }: Pick<EngineContext, 'tags'>,
  tag: Reference,
  reported: Reported,
): Promise<PushedImage> {
  if (reported.digest) return { tag, digest: reported.digest, reportedBy: reported.by };
  const served = await tags.digestOf(tag);
  if (served) return { tag, digest: served, reportedBy: 'registry' };
  throw new Failure(
    'PUSH_FAILED',
    `${engine} reports no digest for ${formatReference(tag)}, and its registry does not have the tag`,
    { hint: `is the registry that ${engine} pushed to the one that this machine asks?` },
  );
}
