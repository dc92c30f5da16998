/** The digest to deploy for an image: what the registry serves, and why this one and not the others. */
import type { Engine, LocalImage } from '../engines/engine.ts';
import { Failure, type Outcome, type Warning } from '../errors.ts';
import { createPace } from '../io/pace.ts';
import type { Ports } from '../io/ports.ts';
import type { Digest } from '../oci/digest.ts';
import { type Platform, satisfies } from '../oci/platform.ts';
import { formatReference, pinned, type Reference } from '../oci/reference.ts';
import { startDeadline } from '../proof/deadline.ts';
import { outlast } from '../proof/lag.ts';
import { type FetchedManifest, NOT_A_MANIFEST, type Registry } from '../registry/registry.ts';
import type { Candidate, DigestData } from '../results.ts';
import { collect, type Witnesses } from '../truth/candidates.ts';
import { choose, listed, rivals, sourceOf } from '../truth/choice.ts';
import { matchesLocal } from '../truth/local-match.ts';
import { nothingThere } from '../truth/nothing-there.ts';
import { childFor, unchosen } from '../truth/platform-child.ts';
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
  /** Only for what the local store says; looked for while the registry is asked. */
  readonly engine: Promise<Pick<Engine, 'inspect'> | null>;
  /** Our own last push under this name. */
  readonly lastPush: { readonly digest: Digest; readonly pushedAt: string } | null;
}

export async function digest(input: DigestInput, ports: DigestPorts): Promise<Outcome<DigestData>> {
  const { image, forPlatform } = input;
  const warnings: Warning[] = [];
  let data: DigestData = { ...nothingYet, image: formatReference(image) };
  try {
    const witnesses = await hear(input, ports);
    const blobs = new Set<Digest>();
    const claims = await collect(witnesses, (found, origin) =>
      look(found, origin, witnesses, input, ports, blobs),
    );
    const chosen = await choose(claims, witnesses, ports.registry);
    data = { ...data, candidates: listed(claims, chosen, witnesses) };
    if (!chosen) throw nothingThere(input, claims, blobs);
    warnings.push(...rivals(claims, chosen, witnesses));

    const child = forPlatform ? await childFor(chosen, forPlatform, ports.registry) : null;
    if (child) data = { ...data, candidates: [...data.candidates.map(unchosen), child.candidate] };
    const served = child?.served ?? chosen.served;
    data = { ...data, ...described(image, served), source: sourceOf(chosen, witnesses) };
    const proof = await verify(
      {
        reference: { repository: image.repository, digest: served.descriptor.digest },
        // what the tag does not vouch for is looked at whole
        level: chosen.origin === 'registry' ? 'manifest' : 'blobs',
        platforms: forPlatform ? [forPlatform] : [],
        ownPush: ownRecent(ports) && chosen.digest === ports.lastPush?.digest,
        timeoutSeconds: input.timeoutSeconds ?? 30,
      },
      ports,
    );
    warnings.push(...proof.warnings);
    data = { ...data, platforms: proof.data.platforms };
    if (proof.failure) throw proof.failure;
    return { data: { ...data, matchesLocalImage: await compare(witnesses, served, input, ports) }, warnings };
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
    engine.then((found) => found && inLocalStore(image, found)),
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

/**
 * Our own push of a moment ago may not be shown yet; that anything else is not there is believed at once.
 * Digests of configs and layers are put into `blobs`.
 */
async function look(
  found: Digest,
  origin: Candidate['origin'],
  { image, tagged }: Witnesses,
  { timeoutSeconds = 30 }: DigestInput,
  ports: DigestPorts,
  blobs: Set<Digest>,
): Promise<FetchedManifest | null> {
  const onNotFound = ({ code }: { code: string }) => void (code === NOT_A_MANIFEST && blobs.add(found));
  const ask = () => ports.registry.manifest(image.repository, found, { onNotFound });
  if (tagged || origin !== 'push' || !ownRecent(ports)) return ask();
  const deadline = startDeadline(timeoutSeconds, ports.signal);
  const isTime = createPace();
  try {
    const lag = {
      signal: deadline.signal,
      until: Number.POSITIVE_INFINITY,
      onWait: (what: string) => isTime() && ports.progress(`waiting for the registry to show ${what}`),
    };
    return (await outlast(lag, found, ask)).value;
  } finally {
    deadline.stop();
  }
}

const ownRecent = ({ lastPush, now }: DigestPorts): boolean => isOwnPush(lastPush?.pushedAt ?? null, now());

/** Of one platform asked for, another one's image in the local store is no image to compare with. */
async function compare(
  { local }: Witnesses,
  served: FetchedManifest,
  { image, forPlatform }: DigestInput,
  { registry }: DigestPorts,
): Promise<boolean | null> {
  if (!local) return null;
  const matches = await matchesLocal(local, served, image.repository, registry);
  return matches || !forPlatform || satisfies(local.platform, forPlatform) ? matches : null;
}

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
