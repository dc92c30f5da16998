/** Builds with podman, each platform by itself, and pushes an image or a list of them. */
import { randomUUID } from 'node:crypto';
import { Failure, type Warning } from '../errors.ts';
import { type ImageId, imageId, isDigest } from '../oci/digest.ts';
import { formatPlatform, type Platform, satisfies } from '../oci/platform.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import type { EngineContext } from './context.ts';
import type { BuildRequest, EngineInfo, EnterPhase, LocalImage, Published, PushedImage } from './engine.ts';
import { firstTag } from './first-tag.ts';
import * as podman from './podman-commands.ts';
import { pushedImage } from './pushed.ts';
import { remoteLoopback } from './remote.ts';
import type { Runner } from './runner.ts';
import type { Scratch } from './scratch.ts';

/** What is known of the registry that is pushed to is for the push alone. */
export interface Access {
  readonly build: podman.PodmanAccess;
  readonly push: podman.PodmanAccess;
}

export interface PodmanWork {
  readonly request: BuildRequest;
  readonly context: EngineContext;
  readonly runner: Runner;
  readonly info: EngineInfo;
  readonly scratch: Scratch;
  readonly access: Access;
  readonly inspect: (name: string) => Promise<LocalImage | null>;
}

export async function publish(work: PodmanWork, phase: EnterPhase): Promise<Published> {
  const { request, info } = work;
  const { platforms, tags } = request;
  const tag = firstTag(request);
  const warnings: Warning[] = [];
  const started = performance.now();
  phase('build');
  const many = platforms.length > 1;
  const images: LocalImage[] = [];
  for (const platform of platforms.length ? platforms : [undefined]) {
    const { image, rebuilt } = await buildOne(work, platform, many ? [] : tags);
    images.push(image);
    if (rebuilt) warnings.push(staleCache(image.platform));
  }
  const [first] = images as [LocalImage];
  const built = { imageId: many ? null : first.imageId, sizeBytes: first.sizeBytes };

  const send = async (image: string): Promise<Published> => {
    const buildMs = since(started);
    if (request.noPush) return { built, pushed: null, warnings, timings: { buildMs, pushMs: 0 } };
    phase('push', built);
    warnings.push(...remoteLoopback(tag, info));
    const pushed = await push(work, tag, image, many);
    return { built, pushed, warnings, timings: { buildMs, pushMs: since(started) - buildMs } };
  };
  return many ? withList(work, images, send) : send(bare(first.imageId));
}

const staleCache = (platform: Platform): Warning => ({
  code: 'CACHE_OTHER_PLATFORM',
  message: `podman's cache held this image for another platform; it was built again without the cache, for ${formatPlatform(platform)}`,
});

/**
 * podman's layer cache does not tell platforms apart `FROM scratch`: a build can end with an image that is
 * labelled for another platform. That is seen in the image, and then built again without the cache.
 */
async function buildOne(
  work: PodmanWork,
  platform: Platform | undefined,
  tags: readonly Reference[],
): Promise<{ image: LocalImage; rebuilt: boolean }> {
  const { request, info } = work;
  const wanted = platform ?? info.platform;
  const image = await runBuild(work, request, platform, tags);
  if (satisfies(image.platform, wanted)) return { image, rebuilt: false };
  // not with the platform in words where none was asked for: podman would write it into whatever it builds
  const again = request.args.noCache
    ? image
    : await runBuild(work, { ...request, args: { ...request.args, noCache: true } }, platform, tags);
  if (satisfies(again.platform, wanted)) return { image: again, rebuilt: true };
  throw new Failure(
    'WRONG_PLATFORM',
    `podman built ${formatPlatform(again.platform)} where ${formatPlatform(wanted)} was ${platform ? 'asked for' : 'expected, which this engine runs on'}; nothing was pushed`,
    {
      hint: `the base image decides, by FROM --platform or because it is here for that platform: take --pull, or say --platform ${formatPlatform(again.platform)} if that is meant`,
    },
  );
}

async function runBuild(
  { runner, scratch, access, inspect }: PodmanWork,
  request: BuildRequest,
  platform: Platform | undefined,
  tags: readonly Reference[],
): Promise<LocalImage> {
  const name = `iid-${randomUUID()}`;
  const image = formatReference(firstTag(request));
  const command = podman.buildCommand({
    request,
    tags,
    platform,
    iidfile: scratch.path(name),
    access: access.build,
  });
  const done = await runner.work(command, { stage: 'build', image });
  // a remote build may write no file; it prints the id last
  const id = imageId((await scratch.read(name)) ?? done.stdout.trim().split('\n').at(-1) ?? '');
  const found = id && (await inspect(bare(id)));
  if (!found) throw new Failure('BUILD_FAILED', `podman built ${image} and does not say what its id is`);
  return found;
}

/** A list of these images under a name of its own while it is worked with, and under the tags from then on. */
async function withList<T>(
  { request, runner }: PodmanWork,
  images: readonly LocalImage[],
  work: (list: string) => Promise<T>,
): Promise<T> {
  const about = { stage: 'build', image: formatReference(firstTag(request)) } as const;
  const list = `localhost/docker-build/${randomUUID()}:list`;
  await runner.work(podman.createList(list), about);
  try {
    for (const { imageId } of images) await runner.work(podman.addToList(list, bare(imageId)), about);
    for (const tag of request.tags) await runner.work(podman.tagImage(list, tag), about);
    return await work(list);
  } finally {
    await runner.clean(podman.removeList(list));
  }
}

async function push(work: PodmanWork, tag: Reference, image: string, isList: boolean): Promise<PushedImage> {
  const { runner, scratch, access, context } = work;
  const make = isList ? podman.pushList : podman.pushCommand;
  await runner.work(make(image, tag, scratch.path('digest'), access.push), {
    stage: 'push',
    image: formatReference(tag),
    again: true,
  });
  // a remote podman takes --digestfile and writes none
  const written = await scratch.read('digest');
  const digest = isDigest(written) ? written : undefined;
  return pushedImage('podman', context, tag, { digest, by: 'digest-file' });
}

const bare = (id: ImageId): string => id.slice('sha256:'.length);
const since = (started: number): number => Math.round(performance.now() - started);
