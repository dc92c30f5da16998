import type { Hash } from 'node:crypto';

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

/**
 * A hash to feed piece by piece. node:crypto is not imported: an import touches all that it exports, WebCrypto
 * included, which costs every start of the program some milliseconds.
 */
export const sha256 = (): Hash => process.getBuiltinModule('node:crypto').createHash('sha256');

/** The digest of what was fed to a hash. */
export const digestFrom = (hash: Hash): Digest => `sha256:${hash.digest('hex')}` as Digest;

/** The digest of these bytes. */
export const digestOf = (bytes: Uint8Array): Digest => digestFrom(sha256().update(bytes));

/** podman prints an image id bare, docker with `sha256:`; we keep the long form. Undefined if it is neither. */
export function imageId(printed: string): ImageId | undefined {
  const id = printed.trim();
  const long = id.startsWith('sha256:') ? id : `sha256:${id}`;
  return FULL.test(long) ? (long as ImageId) : undefined;
}
