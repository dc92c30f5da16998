/** Who builds when docker is asked to: a buildx builder, the BuildKit of an old client, or the classic builder. */
import { Failure } from '../errors.ts';
import { askBuilder } from './docker-commands.ts';
import type { DockerInfo } from './docker-info.ts';
import type { BuildRequest } from './engine.ts';
import type { Runner } from './runner.ts';

export type DockerBuilder =
  | {
      readonly kind: 'buildx';
      readonly driver: string;
      /** The daemon's own BuildKit: what it builds is in the daemon's store. */
      readonly ownStore: boolean;
      /** Several platforms in one go. */
      readonly manyPlatforms: boolean;
    }
  | { readonly kind: 'buildkit' }
  | { readonly kind: 'classic' };

/** From this version on the client builds with BuildKit through the plugin alone. */
const PLUGIN_ONLY = 23;

/** @throws Failure ENGINE_UNSUITABLE for a builder that is not there */
export async function builderFor(
  { args }: BuildRequest,
  info: DockerInfo,
  runner: Runner,
): Promise<DockerBuilder> {
  if (info.buildx === null) {
    return { kind: Number.parseInt(info.clientVersion, 10) < PLUGIN_ONLY ? 'buildkit' : 'classic' };
  }
  const done = await runner.ask(askBuilder(args.builder));
  if (done.exitCode !== 0) {
    throw new Failure(
      'ENGINE_UNSUITABLE',
      `buildx cannot use its builder${args.builder ? ` ${args.builder}` : ''}: ${done.stderr.trim()}`,
      {
        next: 'docker buildx ls',
      },
    );
  }
  const driver = /^Driver:\s*(\S+)/m.exec(done.stdout)?.[1] ?? 'docker';
  const ownStore = driver === 'docker';
  return { kind: 'buildx', driver, ownStore, manyPlatforms: !ownStore || info.store === 'containerd' };
}
