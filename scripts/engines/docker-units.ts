/** How many builds and pushes one request takes. Pure. */
import { Failure } from '../errors.ts';
import { formatPlatform, type Platform } from '../oci/platform.ts';
import { isTag, type Reference } from '../oci/reference.ts';
import type { DockerBuilder } from './docker-builder.ts';
import type { BuildRequest } from './engine.ts';

export interface Unit {
  /** The first is pushed. */
  readonly tags: readonly [Reference, ...Reference[]];
  readonly platforms: readonly Platform[];
}

/** One for all platforms if the builder can; else one for each, under a tag of its own. */
export function units({ tags, platforms }: BuildRequest, builder: DockerBuilder): Unit[] {
  const all = tags as Unit['tags'];
  const together = builder.kind === 'buildx' && builder.manyPlatforms;
  if (together || platforms.length < 2) return [{ tags: all, platforms }];
  return platforms.map((platform) => ({ tags: [platformTag(all[0], platform)], platforms: [platform] }));
}

/** `TAG-OS-ARCH`: left in the registry, where nothing else names the platform's manifest. */
export function platformTag(tag: Reference, platform: Platform): Reference {
  const name = `${tag.tag ?? 'latest'}-${formatPlatform(platform).replaceAll('/', '-')}`;
  if (isTag(name)) return { ...tag, tag: name };
  throw new Failure(
    'REFERENCE_INVALID',
    `the tag ${name}, for one platform, is longer than a registry takes`,
    {
      hint: 'take a shorter tag',
    },
  );
}
