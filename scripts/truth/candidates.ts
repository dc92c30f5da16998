/** All digests that somebody says an image has, each with what the registry knows of it. */
import type { LocalImage } from '../engines/engine.ts';
import type { Digest } from '../oci/digest.ts';
import { formatPlatform } from '../oci/platform.ts';
import { formatRepository, type Reference, type Repository, sameRepository } from '../oci/reference.ts';
import type { FetchedManifest } from '../registry/registry.ts';
import type { Candidate } from '../results.ts';

export interface Claim {
  readonly digest: Digest;
  readonly origin: Candidate['origin'];
  readonly repository: Repository;
  /** Null: the registry does not have it; undefined: it was not asked, the claim is another repository's. */
  readonly served: FetchedManifest | null | undefined;
}

export interface Witnesses {
  readonly image: Reference;
  /** What the registry serves for the tag now. */
  readonly tagged: FetchedManifest | null;
  readonly asked: Digest | undefined;
  readonly lastPush: Digest | undefined;
  readonly local: LocalImage | null;
}

/** Each digest once, under the origin that says most; those of this repository are looked up. */
export async function collect(
  { image, tagged, asked, lastPush, local }: Witnesses,
  fetch: (digest: Digest, origin: Candidate['origin']) => Promise<FetchedManifest | null>,
): Promise<Claim[]> {
  const { repository } = image;
  const found = new Map<string, Omit<Claim, 'served'>>();
  const add = (digest: Digest | undefined, origin: Candidate['origin'], of = repository) => {
    const key = `${formatRepository(of)} ${digest}`;
    if (digest && !found.has(key)) found.set(key, { digest, origin, repository: of });
  };
  add(tagged?.descriptor.digest, 'registry');
  add(lastPush, 'push');
  for (const { repository: of, digest } of local?.repoDigests ?? []) add(digest, 'repo-digests', of);
  add(asked, 'argument');

  return Promise.all(
    [...found.values()].map(async (claim) => {
      if (!sameRepository(claim.repository, repository)) return { ...claim, served: undefined };
      const known = claim.digest === tagged?.descriptor.digest;
      return { ...claim, served: known ? tagged : await fetch(claim.digest, claim.origin) };
    }),
  );
}

/** Why a digest is not the one, in a sentence; and whether it stands for another image that is deployable, too. */
export function reasonAgainst(
  claim: Claim,
  chosen: FetchedManifest | null,
): { reason: string; rival: boolean } {
  const { served, origin, repository } = claim;
  if (served === undefined) {
    return { reason: `of another repository, ${formatRepository(repository)}`, rival: false };
  }
  if (served === null) {
    const reason = {
      push: 'our last push; the registry does not have it any more',
      'repo-digests': 'local only: the engine worked it out, the registry does not have it',
      argument: 'asked for, and not in the registry',
      registry: 'not in the registry',
    }[origin];
    return { reason, rival: false };
  }
  const kin = chosen && kinship(served, chosen);
  if (kin) return { reason: kin, rival: false };
  const image = chosen && sameConfig(served, chosen) ? 'the same image, ' : '';
  const reason = {
    push: `${image}our last push; the tag has moved since`,
    'repo-digests': `${image}an older push that the local store remembers`,
    argument: `${image}there, but not asked for`,
    registry: `${image}what the tag names now`,
  }[origin];
  return { reason, rival: true };
}

/** An index and its own manifests are one image. */
function kinship(one: FetchedManifest, chosen: FetchedManifest): string | undefined {
  const child = listed(chosen, one.descriptor.digest);
  if (child) {
    return `the manifest for ${child.platform ? formatPlatform(child.platform) : 'one platform'} in the index that was chosen`;
  }
  return listed(one, chosen.descriptor.digest) ? 'an index that holds what was chosen' : undefined;
}

const listed = ({ manifest }: FetchedManifest, digest: Digest) =>
  manifest.kind === 'index' ? manifest.manifests.find((child) => child.digest === digest) : undefined;

const sameConfig = (a: FetchedManifest, b: FetchedManifest): boolean =>
  a.manifest.kind === 'manifest' &&
  b.manifest.kind === 'manifest' &&
  a.manifest.config.digest === b.manifest.config.digest;

/** Why it is the one. */
export function reasonFor({ digest, origin }: Claim, { asked, lastPush, tagged }: Witnesses): string {
  if (digest === asked) return 'asked for, and the registry has it';
  if (origin === 'registry') {
    return digest === lastPush
      ? 'the registry serves it for the tag, and our last push reported it'
      : 'the registry serves it for the tag now';
  }
  const gone = tagged ? '' : 'the tag is gone; ';
  return origin === 'push'
    ? `${gone}our last push, which the registry still has`
    : `${gone}the local store names it for this repository, and the registry has it`;
}
