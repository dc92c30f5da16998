/** What a proof has found. */
import type { Digest } from '../oci/digest.ts';
import type { MissingEntry, PlatformEntry } from '../results.ts';

/** What is known so far; filled as the walk goes, so that a failure leaves what came before it. */
export interface Findings {
  digest: Digest | null;
  kind: 'manifest' | 'index' | null;
  readonly manifests: Set<Digest>;
  readonly blobs: Set<Digest>;
  /** Read and hashed. */
  bytes: number;
  attempts: number;
  readonly platforms: PlatformEntry[];
  readonly missing: MissingEntry[];
  /** Where a platform is not the one that was said or asked, a sentence each. */
  readonly wrong: string[];
  /** Indexes that are nested so deep that nothing in them was looked at. */
  readonly unseen: Digest[];
  /** `why` null: it is not there. */
  readonly lostAttestations: { readonly digest: Digest; readonly why: string | null }[];
  /** What Docker-Content-Digest said in place of the truth. */
  headerDigest: string | null;
}

export const noFindings = (): Findings => ({
  digest: null,
  kind: null,
  manifests: new Set(),
  blobs: new Set(),
  bytes: 0,
  attempts: 0,
  platforms: [],
  missing: [],
  wrong: [],
  unseen: [],
  lostAttestations: [],
  headerDigest: null,
});
