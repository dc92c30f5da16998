/** podman's command lines, made purely. */
import type { Command } from '../io/run.ts';
import type { Platform } from '../oci/platform.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import { commonWords, platformWords, tagWords } from './build-options.ts';
import type { BuildRequest } from './engine.ts';

/** How registries are reached, where it is not podman's own way. */
export interface PodmanAccess {
  readonly authfile?: string | undefined;
  /** Undefined: as podman is set up. */
  readonly tlsVerify?: boolean | undefined;
}

const podman = (...args: readonly string[]): Command => ({ program: 'podman', args });

const accessWords = ({ authfile, tlsVerify }: PodmanAccess): string[] => [
  ...(authfile === undefined ? [] : ['--authfile', authfile]),
  ...(tlsVerify === false ? ['--tls-verify=false'] : []),
];

export interface PodmanBuild {
  readonly request: BuildRequest;
  readonly tags: readonly Reference[];
  /** Undefined: the host's, by podman's own choice. */
  readonly platform: Platform | undefined;
  readonly iidfile: string;
  readonly access: PodmanAccess;
}

/** podman reads `--file` as a list, in CSV. */
const asList = (value: string): string => (/[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

export const buildCommand = ({ request, tags, platform, iidfile, access }: PodmanBuild): Command =>
  podman(
    'build',
    ...tagWords(tags),
    ...platformWords(platform ? [platform] : []),
    ...commonWords({ ...request, file: asList(request.file) }),
    ...(request.args.pull ? ['--pull=always'] : []),
    '--iidfile',
    iidfile,
    ...accessWords(access),
    request.context,
  );

/** `image` is an id rather than a name: what was built is pushed, whatever the name means by then. */
export const pushCommand = (
  image: string,
  tag: Reference,
  digestfile: string,
  access: PodmanAccess,
): Command =>
  podman(
    'push',
    '--digestfile',
    digestfile,
    ...accessWords(access),
    image,
    `docker://${formatReference(tag)}`,
  );

export const createList = (list: string): Command => podman('manifest', 'create', list);

export const addToList = (list: string, image: string): Command =>
  podman('manifest', 'add', list, `containers-storage:${image}`);

export const pushList = (list: string, tag: Reference, digestfile: string, access: PodmanAccess): Command =>
  podman(
    'manifest',
    'push',
    '--all',
    '--digestfile',
    digestfile,
    ...accessWords(access),
    list,
    `docker://${formatReference(tag)}`,
  );

export const tagImage = (image: string, tag: Reference): Command =>
  podman('tag', image, formatReference(tag));
export const removeList = (list: string): Command => podman('manifest', 'rm', list);
/** Containers that are not podman's own: those of builds. */
export const listBuilders = (): Command => podman('ps', '--all', '--external', '--format', 'json');
export const removeContainers = (ids: readonly string[]): Command => podman('rm', '--force', ...ids);
export const inspectImage = (name: string): Command => podman('image', 'inspect', name);
export const askInfo = (): Command => podman('info', '--format', 'json');
