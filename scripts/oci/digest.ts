import { createHash } from 'node:crypto';

/**
 * The name of content in a registry: `sha256:` and 64 lower-case hex digits
 * (OCI image-spec, descriptor.md, "Digests"). Only sha256 is deployed by anybody.
 */
export type Digest = string & { readonly __brand: 'Digest' };

/**
 * What an engine calls the image on its own machine (`.Id`). On most stores the digest of the
 * config, on docker's containerd store that of a manifest or index: never a thing to deploy,
 * so it is not a `Digest`.
 */
export type ImageId = string & { readonly __brand: 'ImageId' };

const FULL = /^sha256:[0-9a-f]{64}$/;

export const isDigest = (text: unknown): text is Digest => typeof text === 'string' && FULL.test(text);

/** The digest of these bytes. */
export const digestOf = (bytes: Uint8Array): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;

/** podman prints an image id bare, docker with `sha256:`; we keep the long form. Undefined if it is neither. */
export function imageId(printed: string): ImageId | undefined {
  const id = printed.trim();
  const long = id.startsWith('sha256:') ? id : `sha256:${id}`;
  return FULL.test(long) ? (long as ImageId) : undefined;
}
