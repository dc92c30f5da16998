/** docker's command lines, made purely. */
import type { Command } from '../io/run.ts';
import type { Platform } from '../oci/platform.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import { commonWords, platformWords, tagWords } from './build-options.ts';
import type { BuildRequest } from './engine.ts';

const docker = (...args: readonly string[]): Command => ({ program: 'docker', args });

export interface DockerBuild {
  readonly request: BuildRequest;
  readonly tags: readonly Reference[];
  /** Empty: the host's. */
  readonly platforms: readonly Platform[];
  readonly iidfile: string;
}

const iid = (file: string): string[] => ['--iidfile', file];

/** Without the plugin: the BuildKit that is in an old client, or the classic builder, which cannot do foreign platforms. */
export const buildCommand = (
  { request, tags, platforms, iidfile }: DockerBuild,
  kind: 'buildkit' | 'classic',
): Command => ({
  ...docker(
    'build',
    ...tagWords(tags),
    // of a build that is interrupted, the classic builder would leave its container
    ...(kind === 'buildkit' ? platformWords(platforms) : ['--force-rm']),
    ...commonWords(request),
    ...pullWords(request),
    ...iid(iidfile),
    request.context,
  ),
  env: { DOCKER_BUILDKIT: kind === 'buildkit' ? '1' : '0' },
});

export interface BuildxBuild extends DockerBuild {
  /** Undefined: into the local store only. */
  readonly push?: { readonly metadataFile: string; readonly insecure: boolean } | undefined;
  /** Of the plugin. */
  readonly version: string;
}

/** Built and pushed in one go; without attestations unless asked for, so that the digest is that of a plain manifest. */
export const buildxCommand = ({ request, tags, platforms, iidfile, push, version }: BuildxBuild): Command => {
  const { builder, provenance, sbom } = request.args;
  return docker(
    'buildx',
    'build',
    ...(builder ? ['--builder', builder] : []),
    ...tagWords(tags),
    ...platformWords(platforms),
    ...commonWords(request),
    ...pullWords(request),
    ...(provenance !== undefined || knowsAttestations(version)
      ? [`--provenance=${provenance ?? 'false'}`]
      : []),
    ...(sbom === undefined ? [] : [`--sbom=${sbom}`]),
    ...iid(iidfile),
    ...(push ? ['--metadata-file', push.metadataFile, ...output(push.insecure)] : ['--load']),
    request.context,
  );
};

const output = (insecure: boolean): string[] =>
  insecure ? ['--output', 'type=image,push=true,registry.insecure=true'] : ['--push'];

const pullWords = ({ args }: BuildRequest): string[] => (args.pull ? ['--pull'] : []);

/** `--provenance` came with buildx 0.10. */
const knowsAttestations = (version: string): boolean => {
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  return major > 0 || minor >= 10;
};

export const pushCommand = (tag: Reference): Command => docker('push', formatReference(tag));
export const tagImage = (image: string, tag: Reference): Command =>
  docker('tag', image, formatReference(tag));
export const inspectImage = (name: string): Command => docker('image', 'inspect', name);
export const askVersion = (): Command => docker('version', '--format', '{{json .}}');
export const askInfo = (): Command => docker('info', '--format', '{{json .}}');
export const askBuilder = (name: string | undefined): Command =>
  docker('buildx', 'inspect', ...(name ? [name] : []));
