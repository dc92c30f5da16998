/** The tags of one repository, all to answer the digest of one push. */
import type { PushedImage } from '../engines/engine.ts';
import type { Warning } from '../errors.ts';
import { backoff, sleep } from '../io/retry.ts';
import type { Digest } from '../oci/digest.ts';
import { formatReference, pinned, type Reference } from '../oci/reference.ts';
import type { Registry } from '../registry/registry.ts';

interface TagPorts {
  readonly registry: Registry;
  readonly signal: AbortSignal;
}

/** Some registries show a tag's old digest for a moment; how often it is asked before that is believed. */
const ASKS = 4;

/**
 * Puts the pushed manifest's bytes under the other tags, and asks all of them: a push for each tag can end with
 * different digests.
 * @returns TAG_MOVED or TAG_GONE for each tag that does not answer it
 */
export async function nameTags(
  tags: readonly Reference[],
  { tag: pushed, digest }: PushedImage,
  ports: TagPorts,
): Promise<Warning[]> {
  const others = tags.filter((tag) => tag.tag !== pushed.tag);
  if (others.length > 0) {
    const served = await ports.registry.manifest(pushed.repository, digest);
    for (const { tag = 'latest' } of served ? others : []) {
      if (served)
        await ports.registry.putManifest(pushed.repository, tag, served.bytes, served.descriptor.mediaType);
    }
  }
  const answers = await Promise.all(tags.map((tag) => settled(tag, digest, ports)));
  return answers.flatMap((answer, n) =>
    answer === digest ? [] : [moved(tags[n] as Reference, digest, answer)],
  );
}

async function settled(
  { repository, tag = 'latest' }: Reference,
  digest: Digest,
  { registry, signal }: TagPorts,
): Promise<Digest | null> {
  for (let asks = 1; ; asks++) {
    const answer = (await registry.manifest(repository, tag))?.descriptor.digest ?? null;
    if (answer === digest || asks === ASKS) return answer;
    await sleep(backoff(asks, { first: 150 }), signal);
  }
}

export const moved = (tag: Reference, digest: Digest, now: Digest | null): Warning => ({
  code: now ? 'TAG_MOVED' : 'TAG_GONE',
  message: now
    ? `${formatReference(tag)} names ${now} by now, no longer ${digest}`
    : `${formatReference(tag)} is not in the registry, though ${digest} is`,
  hint: `what was pushed stays ${pinned(tag.repository, digest)}: deploy by digest`,
});
