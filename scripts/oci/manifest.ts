import { type Digest, isDigest } from './digest.ts';
import type { Platform } from './platform.ts';

/** image-spec descriptor.md: what a registry says of content. Size in bytes. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: Platform;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Where a foreign layer is fetched from instead of the registry. */
  readonly urls?: readonly string[];
}

export interface ImageManifest {
  readonly kind: 'manifest';
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
}

export type Manifest = ImageManifest | ImageIndex;

export const MEDIA = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
} as const;

/** All that a registry may answer with; without it, some convert the manifest, which changes its digest. */
export const ACCEPT = [MEDIA.ociIndex, MEDIA.ociManifest, MEDIA.dockerList, MEDIA.dockerManifest].join(', ');

/** The bytes are no manifest that this program reads; `message` says what is wrong with them. */
export class InvalidManifest extends Error {
  override name = 'InvalidManifest';
}

/** Nor does it look like one that somebody else could read. */
export class NoManifest extends InvalidManifest {
  override name = 'NoManifest';
}

/**
 * Reads manifest bytes (image-spec manifest.md, image-index.md, and docker's v2 schema 2).
 * The media type inside the bytes wins over the one in the HTTP header: the bytes are what the digest names.
 *
 * @throws InvalidManifest
 */
export function parseManifest(bytes: Uint8Array, contentType?: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new NoManifest('the manifest is not JSON');
  }
  if (!isRecord(json)) throw new NoManifest('the manifest is not a JSON object');
  if (json.schemaVersion === 1) {
    throw new InvalidManifest(
      'the manifest is docker schema 1, which no current engine pulls; push the image again',
    );
  }
  const said = typeof json.mediaType === 'string' ? json.mediaType : contentType?.split(';')[0]?.trim();
  if (Array.isArray(json.manifests)) {
    return { kind: 'index', mediaType: said ?? MEDIA.ociIndex, manifests: json.manifests.map(descriptor) };
  }
  if (isRecord(json.config) && Array.isArray(json.layers)) {
    return {
      kind: 'manifest',
      mediaType: said ?? MEDIA.ociManifest,
      config: descriptor(json.config),
      layers: json.layers.map(descriptor),
    };
  }
  const Kind =
    json.schemaVersion === undefined && json.mediaType === undefined ? NoManifest : InvalidManifest;
  throw new Kind('the manifest has neither config and layers nor manifests');
}

/** BuildKit's provenance and SBOM stand in an index as manifests for `unknown/unknown`: not an image to run. */
export const isAttestation = (d: Descriptor): boolean =>
  d.annotations?.['vnd.docker.reference.type'] === 'attestation-manifest' ||
  (d.platform?.os === 'unknown' && d.platform.architecture === 'unknown');

/**
 * Layers that live outside the registry by licence; registries answer 404 for them and engines use `urls`.
 * Without those it is a layer like any other.
 */
export const isForeignLayer = ({ mediaType, urls = [] }: Descriptor): boolean =>
  urls.length > 0 && (mediaType.includes('.foreign.') || mediaType.includes('nondistributable'));

/** An image to run, rather than an artifact (a chart, a signature) that borrows the manifest's form. */
export const isImageConfig = (d: Descriptor): boolean =>
  d.mediaType === MEDIA.ociConfig || d.mediaType === MEDIA.dockerConfig;

/** The platform that an image config says (image-spec config.md); undefined if the bytes are no image config. */
export function configPlatform(bytes: Uint8Array): Platform | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(json) ? platform(json) : undefined;
  } catch {
    return undefined;
  }
}

function descriptor(value: unknown): Descriptor {
  if (!isRecord(value) || !isDigest(value.digest)) {
    throw new InvalidManifest('a descriptor in the manifest has no sha256 digest');
  }
  if (typeof value.size !== 'number' || !Number.isSafeInteger(value.size) || value.size < 0) {
    throw new InvalidManifest(`the descriptor of ${value.digest} has no size`);
  }
  const found = platform(value.platform);
  return {
    mediaType: typeof value.mediaType === 'string' ? value.mediaType : '',
    digest: value.digest,
    size: value.size,
    ...(found ? { platform: found } : {}),
    ...(isRecord(value.annotations) ? { annotations: strings(value.annotations) } : {}),
    ...(Array.isArray(value.urls) ? { urls: value.urls.filter((url) => typeof url === 'string') } : {}),
  };
}

/** Whoever pushed the image chose these words, and they are printed and put into commands: nothing but plain ones. */
const PLAIN = /^[A-Za-z0-9._-]+$/;
const isPlain = (value: unknown): value is string => typeof value === 'string' && PLAIN.test(value);

function platform(value: unknown): Platform | undefined {
  if (!isRecord(value)) return undefined;
  const { os, architecture, variant } = value;
  if (!isPlain(os) || !isPlain(architecture)) return undefined;
  if (variant === undefined || variant === null || variant === '') return { os, architecture };
  return isPlain(variant) ? { os, architecture, variant } : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const strings = (record: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
