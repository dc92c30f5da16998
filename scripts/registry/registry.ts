/** The contract of the registry client (distribution-spec): what the phases may ask of any registry. */
import type { Warning } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import type { Descriptor, Manifest } from '../oci/manifest.ts';
import type { Repository } from '../oci/reference.ts';

export interface FetchedManifest {
  /** Digest of the bytes as we hashed them, not as a header said. */
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
  /** What Docker-Content-Digest said; null without one. No proof of anything: only the bytes are. */
  readonly headerDigest: string | null;
}

/** What a HEAD of a blob answered. `size` null where the registry gave no Content-Length. */
export type BlobAnswer =
  | { readonly found: true; readonly size: number | null }
  | { readonly found: false; readonly httpStatus: number };

/** Told in place of a registry's own code where a manifest was asked for by the digest of a config or layer. */
export const NOT_A_MANIFEST = 'NOT_A_MANIFEST';

export interface RequestOptions {
  /** In place of the one the registry was made with, so it must be aborted with that one. */
  readonly signal?: AbortSignal;
  /** How often to try, in place of what a trouble that may pass is worth. */
  readonly tries?: number | undefined;
  /** Told of a 404 before null is given back: the registry's own error code (`NAME_UNKNOWN`), or ''. */
  readonly onNotFound?: (answer: { readonly httpStatus: number; readonly code: string }) => void;
}

/** All answers are final ones: retries, token refresh and redirects have happened inside. */
export interface Registry {
  /**
   * The manifest of a tag or digest; null if the registry answers 404.
   * Asked for by digest, the bytes are hashed and compared.
   * @throws Failure MISMATCH, DENIED, UNREACHABLE, RATE_LIMITED, TLS_UNTRUSTED, …
   */
  readonly manifest: (
    repository: Repository,
    reference: string | Digest,
    options?: RequestOptions,
  ) => Promise<FetchedManifest | null>;
  /** HEAD of a blob. */
  readonly blob: (repository: Repository, digest: Digest, options?: RequestOptions) => Promise<BlobAnswer>;
  /**
   * The bytes of a small blob (a config), hashed; null on 404.
   * @throws Failure MISMATCH
   */
  readonly config: (
    repository: Repository,
    descriptor: Descriptor,
    options?: RequestOptions,
  ) => Promise<Uint8Array | null>;
  /** Reads, hashes and discards a whole blob; bytes read, or null on 404. @throws Failure MISMATCH */
  readonly readBlob: (
    repository: Repository,
    descriptor: Descriptor,
    options?: RequestOptions,
  ) => Promise<number | null>;
  /** Puts manifest bytes under a tag or digest; the digest of those bytes. */
  readonly putManifest: (
    repository: Repository,
    reference: string,
    bytes: Uint8Array,
    mediaType: string,
  ) => Promise<Digest>;
  /** Whether a push would be let in: an upload is begun and cancelled. @throws Failure if not */
  readonly probePush: (repository: Repository) => Promise<void>;
  /** What came up since it was last asked: a rewrite in registries.conf, a credential helper that failed. */
  readonly warnings: () => readonly Warning[];
  /** Closes idle connections, so that the program ends. */
  readonly close: () => void;
}
