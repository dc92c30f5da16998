/** Of an index, the manifest for one platform: for what cannot read an index. */
import { Failure } from '../errors.ts';
import { isAttestation } from '../oci/manifest.ts';
import { formatPlatform, type Platform, satisfies } from '../oci/platform.ts';
import { pinned } from '../oci/reference.ts';
import type { FetchedManifest, Registry } from '../registry/registry.ts';
import type { Candidate } from '../results.ts';
import type { Claim } from './candidates.ts';

export const unchosen = (candidate: Candidate): Candidate =>
  candidate.chosen
    ? { ...candidate, chosen: false, reason: 'the index that holds what was chosen' }
    : candidate;

/** The manifest for one platform; null where the image is no index and so is the manifest itself. */
export async function childFor(
  { served, digest: index, repository }: Claim & { readonly served: FetchedManifest },
  platform: Platform,
  registry: Registry,
): Promise<{ served: FetchedManifest; candidate: Candidate } | null> {
  if (served.manifest.kind === 'manifest') return null;
  const children = served.manifest.manifests.filter((child) => !isAttestation(child));
  const child = children.find((one) => one.platform && satisfies(one.platform, platform));
  const name = formatPlatform(platform);
  if (!child) {
    const there = children.flatMap((one) => (one.platform ? [formatPlatform(one.platform)] : []));
    throw new Failure('INCOMPLETE', `${pinned(repository, index)} has no manifest for ${name}`, {
      hint: `there is ${there.join(', ') || 'no platform at all'}`,
    });
  }
  const fetched = await registry.manifest(repository, child.digest);
  if (!fetched) {
    throw new Failure(
      'INCOMPLETE',
      `${child.digest}, for ${name}, is listed in ${index} and not in the registry`,
    );
  }
  const candidate = { digest: child.digest, origin: 'registry', inRegistry: true, chosen: true } as const;
  return { served: fetched, candidate: { ...candidate, reason: `the manifest for ${name} in that index` } };
}
