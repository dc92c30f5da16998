/** The digest to deploy for an image: what the registry serves, and why this one and not the others. */
import type { Engine, LocalImage } from '../engines/engine.ts';
import { Failure, type Outcome, type Warning } from '../errors.ts';
import type { Ports } from '../io/ports.ts';
import type { Digest } from '../oci/digest.ts';
import { isAttestation } from '../oci/manifest.ts';
import { formatPlatform, type Platform, satisfies } from '../oci/platform.ts';
import { formatReference, pinned, type Reference } from '../oci/reference.ts';
import type { FetchedManifest, Registry } from '../registry/registry.ts';
import type { Candidate, DigestData } from '../results.ts';
import { type Claim, collect, reasonAgainst, reasonFor, type Witnesses } from './candidates.ts';
import { startDeadline } from './deadline.ts';
import { outlast } from './lag.ts';
import { matchesLocal } from './local-match.ts';
import { moved } from './tags.ts';
import { isOwnPush, verify } from './verify.ts';

export interface DigestInput {
  /** With a tag, a digest or both: the digest then says which one, the tag only what it is compared with. */
  readonly image: Reference;
  /** The one to take, whatever the others are. */
  readonly candidate?: Digest;
  /** Of an index, its manifest for this platform: for what cannot read an index. */
  readonly forPlatform?: Platform;
  /** Bound of asking the registry; 30. */
  readonly timeoutSeconds?: number;
}

export interface DigestPorts extends Pick<Ports, 'signal' | 'progress' | 'now'> {
  readonly registry: Registry;
  /** Only for what the local store says. */
  readonly engine: Pick<Engine, 'inspect'> | null;
  /** Our own last push under this name. */
  readonly lastPush: { readonly digest: Digest; readonly pushedAt: string } | null;
}

/** A digest of this repository that the registry has. */
type Served = Claim & { readonly served: FetchedManifest };

export async function digest(input: DigestInput, ports: DigestPorts): Promise<Outcome<DigestData>> {
  const { image, forPlatform } = input;
  const warnings: Warning[] = [];
  let data: DigestData = { ...nothingYet, image: formatReference(image) };
  try {
    const witnesses = await hear(input, ports);
    const claims = await collect(witnesses, (found, origin) => look(found, origin, witnesses, input, ports));
    const chosen = await choose(claims, witnesses, ports);
    data = { ...data, candidates: listed(claims, chosen, witnesses) };
    if (!chosen) throw nothingThere(input, claims);
    warnings.push(...rivals(claims, chosen, witnesses));

    const child = forPlatform ? await childFor(chosen, forPlatform, input, ports) : null;
    if (child) data = { ...data, candidates: [...data.candidates.map(unchosen), child.candidate] };
    const served = child?.served ?? chosen.served;
    data = { ...data, ...described(image, served), source: sourceOf(chosen, witnesses) };
    const proof = await verify(
      {
        reference: { repository: image.repository, digest: served.descriptor.digest },
        level: 'manifest',
        platforms: forPlatform ? [forPlatform] : [],
        ownPush: ownRecent(ports) && chosen.digest === ports.lastPush?.digest,
        timeoutSeconds: input.timeoutSeconds ?? 30,
      },
      ports,
    );
    warnings.push(...proof.warnings);
    data = { ...data, platforms: proof.data.platforms };
    if (proof.failure) throw proof.failure;
    const { local } = witnesses;
    const matches = local && (await matchesLocal(local, served, image.repository, ports.registry));
    return { data: { ...data, matchesLocalImage: matches }, warnings };
  } catch (error) {
    const failure = ports.signal.aborted ? ports.signal.reason : error;
    if (!(failure instanceof Failure)) throw failure;
    return { data, warnings, failure };
  }
}

const nothingYet: DigestData = {
  image: null,
  reference: null,
  digest: null,
  kind: null,
  mediaType: null,
  size: null,
  platforms: [],
  source: null,
  candidates: [],
  matchesLocalImage: null,
};

async function hear({ image, candidate }: DigestInput, ports: DigestPorts): Promise<Witnesses> {
  const { registry, engine, lastPush } = ports;
  const { repository, tag, digest: named } = image;
  const [tagged, local] = await Promise.all([
    tag ? registry.manifest(repository, tag) : null,
    engine ? inLocalStore(image, engine) : null,
  ]);
  return { image, tagged, local, asked: candidate ?? named, lastPush: lastPush?.digest };
}

async function inLocalStore(
  { repository, tag, digest: named }: Reference,
  engine: Pick<Engine, 'inspect'>,
): Promise<LocalImage | null> {
  const byDigest = named ? await engine.inspect(pinned(repository, named)) : null;
  return byDigest ?? (tag ? engine.inspect(formatReference({ repository, tag })) : null);
}

/** Our own push of a moment ago may not be shown yet; that anything else is not there is believed at once. */
async function look(
  found: Digest,
  origin: Candidate['origin'],
  { image, tagged }: Witnesses,
  { timeoutSeconds = 30 }: DigestInput,
  ports: DigestPorts,
): Promise<FetchedManifest | null> {
  const ask = () => ports.registry.manifest(image.repository, found);
  if (tagged || origin !== 'push' || !ownRecent(ports)) return ask();
  const deadline = startDeadline(timeoutSeconds, ports.signal);
  try {
    const lag = {
      signal: deadline.signal,
      until: Number.POSITIVE_INFINITY,
      onWait: (what: string) => ports.progress(`waiting for the registry to show ${what}`),
    };
    return (await outlast(lag, found, ask)).value;
  } finally {
    deadline.stop();
  }
}

const ownRecent = ({ lastPush, now }: DigestPorts): boolean => isOwnPush(lastPush?.pushedAt ?? null, now());

/** The digest asked for, else what the tag names, else our last push, else what the local store names. */
async function choose(
  claims: readonly Claim[],
  { asked, local, image }: Witnesses,
  { registry }: DigestPorts,
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

function listed(claims: readonly Claim[], chosen: Served | null, witnesses: Witnesses): Candidate[] {
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
function rivals(claims: readonly Claim[], chosen: Served, { image, tagged }: Witnesses): Warning[] {
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

function nothingThere({ image, candidate }: DigestInput, claims: readonly Claim[]): Failure {
  const name = formatReference(image);
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

const sourceOf = (
  { origin, digest: found }: Claim,
  { lastPush, tagged }: Witnesses,
): DigestData['source'] => {
  if (origin !== 'argument') return origin;
  return found === lastPush && !tagged ? 'push' : 'registry';
};

const described = (
  { repository }: Reference,
  { descriptor, manifest }: FetchedManifest,
): Partial<DigestData> => ({
  reference: pinned(repository, descriptor.digest),
  digest: descriptor.digest,
  kind: manifest.kind,
  mediaType: descriptor.mediaType,
  size: descriptor.size,
});

const unchosen = (candidate: Candidate): Candidate =>
  candidate.chosen
    ? { ...candidate, chosen: false, reason: 'the index that holds what was chosen' }
    : candidate;

/** The manifest for one platform; null where the image is no index and so is the manifest itself. */
async function childFor(
  { served, digest: index }: Served,
  platform: Platform,
  { image }: DigestInput,
  { registry }: DigestPorts,
): Promise<{ served: FetchedManifest; candidate: Candidate } | null> {
  if (served.manifest.kind === 'manifest') return null;
  const children = served.manifest.manifests.filter((child) => !isAttestation(child));
  const child = children.find((one) => one.platform && satisfies(one.platform, platform));
  const name = formatPlatform(platform);
  if (!child) {
    const there = children.flatMap((one) => (one.platform ? [formatPlatform(one.platform)] : []));
    throw new Failure('INCOMPLETE', `${pinned(image.repository, index)} has no manifest for ${name}`, {
      hint: `there is ${there.join(', ') || 'no platform at all'}`,
    });
  }
  const fetched = await registry.manifest(image.repository, child.digest);
  if (!fetched) {
    throw new Failure(
      'INCOMPLETE',
      `${child.digest}, for ${name}, is listed in ${index} and not in the registry`,
    );
  }
  const candidate = { digest: child.digest, origin: 'registry', inRegistry: true, chosen: true } as const;
  return { served: fetched, candidate: { ...candidate, reason: `the manifest for ${name} in that index` } };
}
