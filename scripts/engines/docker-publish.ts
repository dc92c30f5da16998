/** One build and one push with docker, by whichever builder there is. */
import { Writable } from 'node:stream';
import { Failure } from '../errors.ts';
import { imageId } from '../oci/digest.ts';
import { formatPlatform, type Platform, satisfies } from '../oci/platform.ts';
import { formatReference } from '../oci/reference.ts';
import type { EngineContext } from './context.ts';
import type { DockerBuilder } from './docker-builder.ts';
import * as docker from './docker-commands.ts';
import type { DockerInfo } from './docker-info.ts';
import type { Unit } from './docker-units.ts';
import type { BuildRequest, BuiltImage, LocalImage, PushedImage } from './engine.ts';
import { metadataDigest, pushedDigest } from './push-output.ts';
import { pushedImage } from './pushed.ts';
import type { Runner } from './runner.ts';
import type { Scratch } from './scratch.ts';
import type { Stage } from './translate.ts';

export interface DockerWork {
  readonly request: BuildRequest;
  readonly context: EngineContext;
  readonly runner: Runner;
  readonly info: DockerInfo;
  readonly builder: DockerBuilder;
  /** The builder is to be told that the registry is insecure. */
  readonly insecure: boolean;
  readonly scratch: Scratch;
  readonly inspect: (name: string) => Promise<LocalImage | null>;
  /** Called as the push begins. */
  readonly pushing: (built?: BuiltImage) => void;
}

export interface Done {
  readonly built: BuiltImage;
  readonly pushed: PushedImage | null;
}

export const publishUnit = (work: DockerWork, unit: Unit): Promise<Done> =>
  work.builder.kind === 'buildx' ? inOneGo(work, unit) : inTwoSteps(work, unit, work.builder.kind);

/** BuildKit's words for it, in its plain progress and in its errors. */
const PUSHING = /\bpushing (?:layers|manifest)|\bpushing \S+ with docker|failed to push/;
const stageOf = (output: string): Stage => (PUSHING.test(output) ? 'push' : 'build');

async function inOneGo(work: DockerWork, { tags, platforms }: Unit): Promise<Done> {
  const { request, runner, scratch, info, builder, insecure, pushing } = work;
  const [tag, ...others] = tags;
  const image = formatReference(tag);
  const name = (what: string) => `${what}-${tag.tag}`;
  const command = docker.buildxCommand({
    request,
    // buildx would push every name it is given
    tags: request.noPush ? tags : [tag],
    platforms,
    iidfile: scratch.path(name('iid')),
    push: request.noPush ? undefined : { metadataFile: scratch.path(name('metadata')), insecure },
    version: info.buildx ?? '',
  });
  // what was built comes out of the cache the second time; without one it would be built anew
  const again = !request.noPush && !request.args.noCache;
  await runner.work(command, { stage: stageOf, image, again }, { tee: [watch(pushing)] });

  const local = builder.kind === 'buildx' && builder.ownStore;
  const built = {
    imageId:
      local && platforms.length < 2 ? (imageId((await scratch.read(name('iid'))) ?? '') ?? null) : null,
    sizeBytes: local ? ((await work.inspect(image))?.sizeBytes ?? null) : null,
  };
  if (request.noPush) return { built, pushed: null };
  if (local) for (const other of others) await runner.clean(docker.tagImage(image, other));
  const digest = metadataDigest((await scratch.read(name('metadata'))) ?? '');
  return { built, pushed: await pushedImage('docker', work.context, tag, { digest, by: 'metadata-file' }) };
}

async function inTwoSteps(
  work: DockerWork,
  { tags, platforms }: Unit,
  kind: 'buildkit' | 'classic',
): Promise<Done> {
  const { request, runner, scratch, pushing } = work;
  const [tag] = tags;
  const image = formatReference(tag);
  const file = `iid-${tag.tag}`;
  const command = docker.buildCommand({ request, tags, platforms, iidfile: scratch.path(file) }, kind);
  await runner.work(command, { stage: 'build', image });
  const id = imageId((await scratch.read(file)) ?? '');
  const local = id ? await work.inspect(id) : null;
  if (!id || !local)
    throw new Failure('BUILD_FAILED', `docker built ${image} and does not say what its id is`);
  refuseOther(local.platform, platforms[0], work.info.platform);
  const built = { imageId: id, sizeBytes: local.sizeBytes };
  if (request.noPush) return { built, pushed: null };

  pushing(built);
  const { stdout } = await runner.work(docker.pushCommand(tag), { stage: 'push', image, again: true });
  const digest = pushedDigest(stdout, tag.tag ?? 'latest');
  return { built, pushed: await pushedImage('docker', work.context, tag, { digest, by: 'push-output' }) };
}

function refuseOther(found: Platform, asked: Platform | undefined, host: Platform): void {
  const wanted = asked ?? host;
  if (satisfies(found, wanted)) return;
  throw new Failure(
    'WRONG_PLATFORM',
    `docker built ${formatPlatform(found)} where ${formatPlatform(wanted)} was ${asked ? 'asked for' : 'expected, which this engine runs on'}; nothing was pushed`,
    { hint: `if it is meant, say --platform ${formatPlatform(found)}` },
  );
}

/** Sees the push begin in what BuildKit prints. */
function watch(pushing: () => void): Writable {
  let seen = false;
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!seen && PUSHING.test(chunk.toString())) {
        seen = true;
        pushing();
      }
      done();
    },
  });
}
