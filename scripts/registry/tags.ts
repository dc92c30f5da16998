/** What an engine needs of a registry (`TagService` of the engines' contract), on top of the client. */
import { Failure } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import { configPlatform, type Descriptor, MEDIA } from '../oci/manifest.ts';
import { formatReference, pinned, type Reference, type Repository } from '../oci/reference.ts';
import type { Registry } from './registry.ts';

export const tagService = (registry: Registry) => ({
  digestOf: async ({ repository, tag = 'latest', digest }: Reference): Promise<Digest | null> =>
    (await registry.manifest(repository, digest ?? tag))?.descriptor.digest ?? null,

  descriptorOf: (repository: Repository, digest: Digest): Promise<Descriptor> =>
    describe(registry, repository, digest),

  putIndex: async (reference: Reference, manifests: readonly Descriptor[]): Promise<Digest> => {
    if (reference.tag === undefined) {
      throw new Failure(
        'REFERENCE_INVALID',
        `${formatReference(reference)} has no tag to put an index under`,
      );
    }
    const { bytes, mediaType } = writeIndex(manifests);
    return registry.putManifest(reference.repository, reference.tag, bytes, mediaType);
  },
});

/** With the platform that the config says: the descriptor then tells the truth when it stands in an index. */
async function describe(registry: Registry, repository: Repository, digest: Digest): Promise<Descriptor> {
  const fetched = await registry.manifest(repository, digest);
  if (fetched === null) {
    throw new Failure('MISSING', `${pinned(repository, digest)} is not in the registry`);
  }
  const { descriptor, manifest } = fetched;
  if (manifest.kind === 'index') return descriptor;
  const config = await registry.config(repository, manifest.config);
  const platform = config === null ? undefined : configPlatform(config);
  return platform ? { ...descriptor, platform } : descriptor;
}

/** image-spec image-index.md; docker's list where all of its entries are docker's. Same entries, same bytes. */
export function writeIndex(manifests: readonly Descriptor[]): { bytes: Uint8Array; mediaType: string } {
  const docker = manifests.length > 0 && manifests.every((m) => m.mediaType === MEDIA.dockerManifest);
  const mediaType = docker ? MEDIA.dockerList : MEDIA.ociIndex;
  const entries = manifests.map(({ mediaType, digest, size, platform, annotations }) => ({
    mediaType,
    digest,
    size,
    ...(platform ? { platform } : {}),
    ...(annotations ? { annotations } : {}),
  }));
  const json = JSON.stringify({ schemaVersion: 2, mediaType, manifests: entries });
  return { bytes: new TextEncoder().encode(json), mediaType };
}
