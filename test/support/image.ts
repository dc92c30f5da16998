/** Images made of random bytes, put into a registry over plain HTTP: no engine, and every digest is known. */
import { randomBytes } from 'node:crypto';
import { digestOf } from '../../scripts/oci/digest.ts';
import { type Descriptor, MEDIA } from '../../scripts/oci/manifest.ts';
import { type Platform, parsePlatform } from '../../scripts/oci/platform.ts';

export interface Content {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

export interface MadeImage {
  readonly manifest: Content;
  readonly config: Content;
  readonly layers: readonly Content[];
}

export interface ImageOptions {
  readonly platform?: string;
  readonly layers?: number;
  /** Bytes of a layer. */
  readonly layerSize?: number;
  /** Merged into the manifest's JSON. */
  readonly manifest?: object;
  /** In place of the layers that would be made. */
  readonly content?: readonly Content[];
}

export const content = (mediaType: string, bytes: Uint8Array | string | object): Content => {
  const raw =
    bytes instanceof Uint8Array
      ? bytes
      : Buffer.from(typeof bytes === 'string' ? bytes : JSON.stringify(bytes));
  return { descriptor: { mediaType, digest: digestOf(raw), size: raw.length }, bytes: raw };
};

const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

export function makeImage(options: ImageOptions = {}): MadeImage {
  const { platform = 'linux/amd64', layers: count = 2, layerSize = 1000 } = options;
  const layers =
    options.content ?? Array.from({ length: count }, () => content(LAYER, randomBytes(layerSize)));
  const config = content(MEDIA.ociConfig, {
    ...parsePlatform(platform),
    created: '2026-01-01T00:00:00Z',
    config: { Labels: { marker: randomBytes(8).toString('hex') } },
    rootfs: { type: 'layers', diff_ids: layers.map(({ descriptor }) => descriptor.digest) },
  });
  const manifest = content(MEDIA.ociManifest, {
    schemaVersion: 2,
    mediaType: MEDIA.ociManifest,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
    ...options.manifest,
  });
  return { manifest, config, layers };
}

/** `said`: what the index calls a child, if it is not the truth. */
export function makeIndex(
  children: readonly { image: MadeImage; platform?: string; annotations?: Record<string, string> }[],
): Content {
  return content(MEDIA.ociIndex, {
    schemaVersion: 2,
    mediaType: MEDIA.ociIndex,
    manifests: children.map(({ image, platform, annotations }) => ({
      ...image.manifest.descriptor,
      ...(platform ? { platform: parsePlatform(platform) as Platform } : {}),
      ...(annotations ? { annotations } : {}),
    })),
  });
}

/** Where to put things: `http://127.0.0.1:5000` and a repository. */
export interface Target {
  readonly url: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
}

export async function putBlob({ url, path, headers = {} }: Target, blob: Content): Promise<void> {
  const begun = await fetch(`${url}/v2/${path}/blobs/uploads/`, { method: 'POST', headers });
  const location = new URL(begun.headers.get('location') ?? '', `${url}/`);
  location.searchParams.set('digest', blob.descriptor.digest);
  await expectCreated(
    await fetch(location, { method: 'PUT', headers, body: new Uint8Array(blob.bytes) }),
    'blob',
  );
}

export async function putManifest(
  { url, path, headers = {} }: Target,
  manifest: Content,
  tag?: string,
): Promise<void> {
  const name = tag ?? manifest.descriptor.digest;
  const answer = await fetch(`${url}/v2/${path}/manifests/${name}`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': manifest.descriptor.mediaType },
    body: new Uint8Array(manifest.bytes),
  });
  await expectCreated(answer, 'manifest');
}

export async function putImage(target: Target, image: MadeImage, tag?: string): Promise<void> {
  await Promise.all([image.config, ...image.layers].map((blob) => putBlob(target, blob)));
  await putManifest(target, image.manifest, tag);
}

async function expectCreated(answer: Response, what: string): Promise<void> {
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`the ${what} was not taken: ${answer.status} ${text}`);
}
