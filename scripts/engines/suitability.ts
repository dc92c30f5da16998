/** What an engine cannot do, refused by name before anything is built. Pure. */
import { Failure } from '../errors.ts';
import { formatPlatform, satisfies } from '../oci/platform.ts';
import { type SPELT, used } from './build-options.ts';
import type { DockerBuilder } from './docker-builder.ts';
import type { BuildRequest, EngineInfo } from './engine.ts';

/** @throws Failure ENGINE_UNSUITABLE */
export function refuseOnPodman({ args }: BuildRequest): void {
  refuse(
    used(args, ['provenance', 'sbom', 'builder']),
    'podman has no',
    "these are BuildKit's: take --engine docker",
  );
}

/** @throws Failure ENGINE_UNSUITABLE */
export function refuseOnDocker(
  { args, platforms }: BuildRequest,
  info: EngineInfo,
  builder: DockerBuilder,
): void {
  const hint =
    'install the buildx plugin (package docker-buildx or docker-buildx-plugin), or take --engine podman';
  if (builder.kind !== 'buildx') {
    const buildx: (keyof typeof SPELT)[] = [
      'annotation',
      'cacheTo',
      'buildContext',
      'builder',
      'provenance',
      'sbom',
    ];
    const buildKit: (keyof typeof SPELT)[] = builder.kind === 'classic' ? ['secret', 'ssh'] : [];
    refuse(used(args, [...buildx, ...buildKit]), 'docker without buildx has no', hint);
    const foreign = platforms.find((platform) => !satisfies(info.platform, platform));
    if (builder.kind === 'classic' && foreign) {
      throw new Failure(
        'ENGINE_UNSUITABLE',
        `docker without buildx builds for ${formatPlatform(info.platform)} alone, not for ${formatPlatform(foreign)}`,
        { hint },
      );
    }
  } else if (builder.ownStore && info.store !== 'containerd') {
    refuse(
      used(args, ['provenance', 'sbom']),
      `the ${info.store} store of this docker keeps no attestations, so it has no`,
      'name a builder of another driver with --builder, or turn the containerd image store on',
    );
  }
}

function refuse(options: readonly string[], because: string, hint: string): void {
  if (options.length === 0) return;
  throw new Failure('ENGINE_UNSUITABLE', `${because} ${options.join(', ')}`, { hint });
}
