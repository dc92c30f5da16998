/** `image inspect` of podman and docker, which is the same JSON but for details. */
import { type Digest, type ImageId, imageId, isDigest } from '../oci/digest.ts';
import { normalized } from '../oci/platform.ts';
import { parseReference, type Repository } from '../oci/reference.ts';
import type { LocalImage } from './engine.ts';

interface Inspected {
  readonly Id?: string;
  readonly RepoDigests?: readonly string[] | null;
  readonly Os?: string;
  readonly Architecture?: string;
  readonly Variant?: string;
  readonly Created?: string | null;
  readonly RootFS?: { readonly Layers?: readonly string[] | null };
  readonly Config?: Readonly<Record<string, unknown>> | null;
  readonly Size?: number;
}

/** The first image of the answer; null if it holds none. */
export function readInspected(stdout: string): LocalImage | null {
  const [image] = JSON.parse(stdout) as readonly Inspected[];
  const id = image?.Id === undefined ? undefined : imageId(image.Id);
  if (!image || !id) return null;
  return {
    imageId: id satisfies ImageId,
    repoDigests: (image.RepoDigests ?? []).flatMap(repoDigest),
    platform: normalized({
      os: image.Os ?? 'linux',
      architecture: image.Architecture ?? '',
      ...(image.Variant ? { variant: image.Variant } : {}),
    }),
    created: image.Created ?? null,
    diffIds: image.RootFS?.Layers ?? [],
    config: image.Config ?? {},
    sizeBytes: image.Size ?? null,
  };
}

/** docker lists `<none>@<none>` and names that only it understands: those say nothing about a repository. */
function repoDigest(text: string): { repository: Repository; digest: Digest }[] {
  try {
    const { repository, digest } = parseReference(text.includes('/') ? text : `docker.io/library/${text}`);
    return isDigest(digest) ? [{ repository, digest }] : [];
  } catch {
    return [];
  }
}
