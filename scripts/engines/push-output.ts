import { type Digest, isDigest } from '../oci/digest.ts';

/** docker's last line after a push, `TAG: digest: sha256:… size: N`; undefined if it is not there (`--quiet`). */
export function pushedDigest(stdout: string, tag: string): Digest | undefined {
  for (const line of stdout.split('\n').reverse()) {
    const [, name, digest] = /^\s*(\S+): digest: (sha256:[0-9a-f]{64}) size: \d+\s*$/.exec(line) ?? [];
    if (name === tag && isDigest(digest)) return digest;
  }
  return undefined;
}

/** buildx's `--metadata-file`: the digest of what was pushed, manifest or index. */
export function metadataDigest(json: string): Digest | undefined {
  try {
    const digest = (JSON.parse(json) as Record<string, unknown>)['containerimage.digest'];
    return isDigest(digest) ? digest : undefined;
  } catch {
    return undefined;
  }
}
