/** Which of the digests that somebody claims is the one to deploy, and what is said of the others. */
import type { Warning } from '../errors.ts';
import type { FetchedManifest, Registry } from '../registry/registry.ts';
import type { Candidate, DigestData } from '../results.ts';
import { type Claim, reasonAgainst, reasonFor, type Witnesses } from './candidates.ts';
import { matchesLocal } from './local-match.ts';
import { moved } from './tags.ts';

/** A digest of this repository that the registry has. */
export type Served = Claim & { readonly served: FetchedManifest };

/** The digest asked for, else what the tag names, else our last push, else what the local store names. */
export async function choose(
  claims: readonly Claim[],
  { asked, local, image }: Witnesses,
  registry: Registry,
): Promise<Served | null> {
  const there = claims.filter((claim): claim is Served => claim.served != null);
  if (asked) return there.find((claim) => claim.digest === asked) ?? null;
  const best =
    there.find(({ origin }) => origin === 'registry') ?? there.find(({ origin }) => origin === 'push');
  if (best) return best;
  for (const claim of there) {
    if (local && (await matchesLocal(local, claim.served, image.repository, registry))) return claim;
  }
  return there[0] ?? null;
}

/** All of them, the chosen one marked, with a reason each. */
export function listed(claims: readonly Claim[], chosen: Served | null, witnesses: Witnesses): Candidate[] {
  return claims.map((claim) => {
    const isChosen = claim === chosen;
    return {
      digest: claim.digest,
      origin: claim.origin,
      inRegistry: claim.served === undefined ? null : claim.served !== null,
      chosen: isChosen,
      reason: isChosen ? reasonFor(claim, witnesses) : reasonAgainst(claim, chosen?.served ?? null).reason,
    };
  });
}

/** Other digests that are there and mean something else. */
export function rivals(claims: readonly Claim[], chosen: Served, { image, tagged }: Witnesses): Warning[] {
  const { tag } = image;
  if (!tag) return [];
  if (!tagged) return [moved(image, chosen.digest, null)];
  if (chosen.digest !== tagged.descriptor.digest) {
    return reasonAgainst({ ...chosen, served: tagged }, chosen.served).rival
      ? [moved({ repository: image.repository, tag }, chosen.digest, tagged.descriptor.digest)]
      : [];
  }
  return claims
    .filter((claim) => claim !== chosen && reasonAgainst(claim, chosen.served).rival)
    .map((claim) => moved({ repository: image.repository, tag }, claim.digest, chosen.digest));
}

/** Who named the chosen one; of one that was asked for, who confirms it. */
export const sourceOf = (
  { origin, digest: found }: Claim,
  { lastPush, tagged }: Witnesses,
): DigestData['source'] => {
  if (origin !== 'argument') return origin;
  return found === lastPush && !tagged ? 'push' : 'registry';
};
