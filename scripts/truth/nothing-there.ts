/** Why there is no digest to deploy. */
import { Failure } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import { formatReference, pinned, type Reference } from '../oci/reference.ts';
import type { Claim } from './candidates.ts';

/** `blobs`: digests that turned out to be those of configs or layers. */
export function nothingThere(
  { image, candidate }: { readonly image: Reference; readonly candidate?: Digest },
  claims: readonly Claim[],
  blobs: ReadonlySet<Digest>,
): Failure {
  const name = formatReference(image);
  const asked = candidate ?? image.digest;
  if (asked && blobs.has(asked)) {
    return new Failure(
      candidate ? 'MISSING' : 'NO_DIGEST',
      `${asked} is no manifest: it is a config or layer`,
      {
        hint: 'what engines call the image id is the digest of its config, and can be neither pulled nor deployed',
        next: `docker-build digest ${formatReference({ repository: image.repository, tag: image.tag ?? 'latest' })}`,
      },
    );
  }
  if (candidate) {
    return new Failure('MISSING', `${pinned(image.repository, candidate)} is not in the registry`, {
      hint: 'a candidate is forced, and still has to be there',
      next: `docker-build digest ${name}`,
    });
  }
  const local = claims.some(({ origin }) => origin === 'repo-digests');
  return new Failure('NO_DIGEST', `nothing of ${name} is in the registry`, {
    hint: local
      ? 'the local store has digests of it, but those are its own: the image was not pushed, or is gone there'
      : 'it was not pushed under this name, or is gone there',
    next: `docker-build build -t ${formatReference({ repository: image.repository, tag: image.tag ?? 'latest' })}`,
  });
}
