/** Walks from a manifest to everything that a host which has nothing would ask for. */
import { Failure } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import {
  configPlatform,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  isAttestation,
  isForeignLayer,
  isImageConfig,
} from '../oci/manifest.ts';
import { formatPlatform, type Platform, satisfies } from '../oci/platform.ts';
import type { Reference, Repository } from '../oci/reference.ts';
import type { FetchedManifest } from '../registry/registry.ts';
import type { VerifyLevel } from '../results.ts';
import type { Asker } from './asker.ts';
import type { Findings } from './findings.ts';
import type { Asked, LagOptions } from './lag.ts';
import { inOrder, type Lost, type Place } from './lost.ts';

export interface ProofOptions {
  readonly ask: Asker;
  readonly level: VerifyLevel;
  readonly lag: LagOptions;
}

/** An index of indexes is allowed by the specification; nobody nests them deeper than this. */
const DEEPEST = 3;

interface Walk extends ProofOptions {
  readonly repository: Repository;
  readonly found: Findings;
  /** What was not there, in the order of the answers. */
  readonly lost: Lost[];
}

/** @throws Failure whatever the registry says besides 404 */
export async function prove(
  reference: Reference,
  platforms: readonly Platform[],
  options: ProofOptions,
  found: Findings,
): Promise<void> {
  const { repository, digest, tag = 'latest' } = reference;
  const walk: Walk = { ...options, repository, found, lost: [] };
  const top = note(walk, await options.ask.manifest(repository, digest ?? tag, options.lag));
  if (top === null) {
    found.missing.push({ digest: digest ?? null, role: 'manifest', platform: null, httpStatus: 404 });
    return;
  }
  found.digest = top.descriptor.digest;
  found.kind = top.manifest.kind;
  if (top.headerDigest !== null && top.headerDigest !== found.digest) found.headerDigest = top.headerDigest;
  try {
    await visit(walk, top, undefined, []);
  } finally {
    found.missing.push(...inOrder(walk.lost));
  }
  requirePlatforms(platforms, found);
}

function visit(walk: Walk, fetched: FetchedManifest, said: Platform | undefined, at: Place): Promise<void> {
  const { found } = walk;
  const { descriptor, manifest } = fetched;
  if (!found.manifests.has(descriptor.digest)) {
    found.manifests.add(descriptor.digest);
    found.bytes += descriptor.size;
  }
  return manifest.kind === 'index'
    ? visitIndex(walk, manifest, at)
    : visitImage(walk, manifest, descriptor.digest, said, at);
}

async function visitIndex(walk: Walk, index: ImageIndex, at: Place): Promise<void> {
  await Promise.all(
    index.manifests.map((child, n) =>
      isAttestation(child) ? countAttestation(walk, child) : visitChild(walk, child, [...at, n]),
    ),
  );
  // In the order of the index, whichever was answered first.
  const order = new Map(index.manifests.map(({ digest }, at) => [digest as string, at]));
  walk.found.platforms.sort((a, b) => (order.get(a.digest) ?? 0) - (order.get(b.digest) ?? 0));
}

async function visitChild(walk: Walk, child: Descriptor, at: Place): Promise<void> {
  const { ask, repository, lag, found } = walk;
  const platform = child.platform ? formatPlatform(child.platform) : null;
  const fetched = note(walk, await ask.manifest(repository, child.digest, lag));
  const lost = (httpStatus: number | null) =>
    walk.lost.push({ at, entry: { digest: child.digest, role: 'manifest', platform, httpStatus } });
  if (fetched === null) lost(404);
  else if (fetched.descriptor.size !== child.size) lost(200);
  else if (at.length > DEEPEST && fetched.manifest.kind === 'index') found.unseen.push(child.digest);
  else await visit(walk, fetched, child.platform, at);
}

/** Provenance and SBOM: counted where they are, needed by no host. */
async function countAttestation({ ask, repository, found }: Walk, child: Descriptor): Promise<void> {
  const { digest } = child;
  const answer = await ask.attestation(repository, digest);
  if (answer === null || answer instanceof Failure) {
    found.lostAttestations.push({ digest, why: answer?.message ?? null });
    return;
  }
  found.manifests.add(digest);
  found.bytes += answer.descriptor.size;
}

async function visitImage(
  walk: Walk,
  manifest: ImageManifest,
  digest: Digest,
  said: Platform | undefined,
  at: Place,
): Promise<void> {
  const platform = said ? formatPlatform(said) : null;
  const isImage = isImageConfig(manifest.config);
  const config = isImage
    ? visitConfig(walk, manifest.config, digest, said, [...at, 0])
    : visitBlob(walk, manifest.config, 'config', platform, [...at, 0]);
  const layers = walk.level === 'manifest' ? [] : manifest.layers.filter((layer) => !isForeignLayer(layer));
  await Promise.all([
    config,
    ...layers.map((layer, n) => visitBlob(walk, layer, 'layer', platform, [...at, n + 1])),
  ]);
}

/** The config says what the image is; an index only repeats it, and may be wrong. */
async function visitConfig(
  walk: Walk,
  config: Descriptor,
  digest: Digest,
  said: Platform | undefined,
  at: Place,
): Promise<void> {
  const { ask, repository, lag, found } = walk;
  const bytes = note(walk, await ask.config(repository, config, lag));
  const claimed = said ? formatPlatform(said) : null;
  if (bytes === null || bytes.length !== config.size) {
    const httpStatus = bytes === null ? 404 : 200;
    walk.lost.push({ at, entry: { digest: config.digest, role: 'config', platform: claimed, httpStatus } });
    if (claimed) found.platforms.push({ platform: claimed, digest, configDigest: config.digest });
    return;
  }
  if (!found.blobs.has(config.digest)) found.bytes += bytes.length;
  found.blobs.add(config.digest);
  const is = configPlatform(bytes);
  const platform = is ? formatPlatform(is) : null;
  if (said && !(is && agree(said, is))) {
    found.wrong.push(`${digest} is ${platform ?? 'of no platform'} by its config, the index says ${claimed}`);
  }
  if (platform) found.platforms.push({ platform, digest, configDigest: config.digest });
}

async function visitBlob(
  walk: Walk,
  blob: Descriptor,
  role: 'config' | 'layer',
  platform: string | null,
  at: Place,
): Promise<void> {
  const { ask, level, repository, lag, found } = walk;
  const look = level === 'bytes' ? ask.read : ask.head;
  const answer = note(walk, await look(repository, blob, lag));
  const right = answer !== null && (answer.size === null || answer.size === blob.size);
  if (!right) {
    const httpStatus = answer ? 200 : 404;
    walk.lost.push({ at, entry: { digest: blob.digest, role, platform, httpStatus } });
    return;
  }
  if (!found.blobs.has(blob.digest)) found.bytes += answer.bytesRead;
  found.blobs.add(blob.digest);
}

/** A variant that only one of the two gives does not count. */
const agree = (said: Platform, is: Platform): boolean => satisfies(is, said) || satisfies(said, is);

/** Every asked platform exactly once. */
function requirePlatforms(asked: readonly Platform[], found: Findings): void {
  for (const platform of asked) {
    const name = formatPlatform(platform);
    const matching = found.platforms.filter((entry) => satisfies(read(entry.platform), platform));
    const exact = matching.filter((entry) => entry.platform === name);
    if (exact.length > 1) found.wrong.push(`${name} is there ${exact.length} times`);
    if (matching.length > 0 || found.missing.some((entry) => entry.platform === name)) continue;
    found.missing.push({ digest: null, role: 'platform', platform: name, httpStatus: null });
    const [only] = found.platforms;
    if (found.kind === 'manifest' && only) found.wrong.push(`it is for ${only.platform}, not for ${name}`);
  }
}

function read(platform: string): Platform {
  const [os = '', architecture = '', variant] = platform.split('/');
  return { os, architecture, ...(variant ? { variant } : {}) };
}

function note<T>({ found }: Walk, { value, asks }: Asked<T>): T | null {
  found.attempts = Math.max(found.attempts, asks);
  return value;
}
