/** Builds an image, pushes it, and looks at what the registry then has: the digest it answers is that of the push. */
import type { BuildRequest, BuiltImage, Engine, Published, PushedImage } from '../engines/engine.ts';
import { firstTag } from '../engines/first-tag.ts';
import { Failure, type Outcome, type Warning } from '../errors.ts';
import type { Ports } from '../io/ports.ts';
import { type Command, commandLine } from '../io/run.ts';
import { shellWord } from '../io/shell-word.ts';
import { formatPlatform } from '../oci/platform.ts';
import { formatReference, pinned } from '../oci/reference.ts';
import type { Registry } from '../registry/registry.ts';
import type { BuildData } from '../results.ts';
import { matchesLocal } from '../truth/local-match.ts';
import { nameTags } from '../truth/tags.ts';
import { verify } from './verify.ts';

export interface BuildInput {
  readonly request: BuildRequest;
  /** Answers the commands, and runs none of them. */
  readonly dryRun: boolean;
  /** Bound of asking the registry after the push; 120. */
  readonly timeoutSeconds?: number;
}

export interface BuildPorts extends Ports {
  readonly engine: Engine;
  readonly registry: Registry;
}

export async function build(input: BuildInput, ports: BuildPorts): Promise<Outcome<BuildData>> {
  const request = withoutRepetition(input.request);
  const warnings: Warning[] = [];
  let data: BuildData = { ...nothingBuilt, image: formatReference(firstTag(request)) };
  try {
    if (input.dryRun) {
      data = { ...data, commands: (await ports.engine.plan(request)).map(asTyped) };
      return { data, warnings };
    }
    const began = ports.now().getTime();
    const published = await publish(request, ports, (built) => {
      data = { ...data, ...built, timings: { buildMs: ports.now().getTime() - began, pushMs: 0 } };
    });
    warnings.push(...published.warnings);
    data = { ...data, ...said(published) };
    if (!published.pushed) return { data, warnings };

    const seen = await examine(published.pushed, request, input, ports);
    warnings.push(...seen.warnings);
    data = { ...data, platforms: seen.data.platforms };
    // not shown yet: whoever needs the proof goes on waiting for it
    if (seen.data.status === 'pending') warnings.push(pending(data.reference));
    else if (seen.failure) throw seen.failure;
    else await refuseOther(published, data, ports);
    warnings.push(...(await nameTags(request.tags, published.pushed, ports)));
    return { data, warnings };
  } catch (error) {
    const failure = ports.signal.aborted ? ports.signal.reason : error;
    if (!(failure instanceof Failure)) throw failure;
    return { data, warnings, failure };
  }
}

/** What is known of a build before it has begun. */
export const nothingBuilt: BuildData = {
  image: null,
  reference: null,
  digest: null,
  platforms: [],
  imageId: null,
  sizeBytes: null,
  reportedBy: null,
  timings: { buildMs: 0, pushMs: 0 },
};

/** `pushing` is told what was built, so that it is known whatever becomes of the push. */
function publish(
  request: BuildRequest,
  { engine, progress }: BuildPorts,
  pushing: (built: BuiltImage | undefined) => void,
): Promise<Published> {
  let said = false;
  return engine.publish(request, (phase, built) => {
    // where each platform is built and pushed by itself, there are several pushes
    if (phase !== 'push' || said) return;
    said = true;
    progress(`[push] ${formatReference(firstTag(request))}`);
    pushing(request.platforms.length > 1 ? undefined : built);
  });
}

const said = ({ built, pushed, timings }: Published): Partial<BuildData> => ({
  ...built,
  timings,
  ...(pushed
    ? {
        reference: pinned(pushed.tag.repository, pushed.digest),
        digest: pushed.digest,
        reportedBy: pushed.reportedBy,
      }
    : {}),
});

/** Whether every platform that was to be built is there once, and is in its config what the index says. */
async function examine(
  { tag, digest }: PushedImage,
  request: BuildRequest,
  input: BuildInput,
  ports: BuildPorts,
) {
  const { platforms } = request;
  const expected = platforms.length > 0 ? platforms : [(await ports.engine.info()).platform];
  return verify(
    {
      reference: { repository: tag.repository, digest },
      level: 'manifest',
      platforms: expected,
      ownPush: true,
      timeoutSeconds: input.timeoutSeconds ?? 120,
    },
    ports,
  );
}

/** Somebody else may have built under the same name between our build and our push. */
async function refuseOther({ built, pushed }: Published, data: BuildData, ports: BuildPorts): Promise<void> {
  const { engine, registry } = ports;
  const { imageId } = built;
  if (!pushed || !imageId || pushed.digest === (imageId as string)) return;
  if (data.platforms.some(({ digest, configDigest }) => [digest, configDigest].includes(imageId))) return;
  const [local, served] = await Promise.all([
    engine.inspect(imageId),
    registry.manifest(pushed.tag.repository, pushed.digest),
  ]);
  if (!local || !served || (await matchesLocal(local, served, pushed.tag.repository, registry)) !== false)
    return;
  throw new Failure('MISMATCH', `${data.reference} is not the image that was built, ${imageId}`, {
    hint: 'something else was built or tagged under the same name while this build was pushed',
    next: 'docker-build release',
  });
}

const pending = (reference: string | null): Warning => ({
  code: 'VERIFY_PENDING',
  message: `${reference} is pushed, but the registry does not show all of it yet`,
  hint: `docker-build verify ${reference} --wait 120`,
});

/** Environment first, as in a shell. */
const asTyped = (command: Command): string => {
  const settings = Object.entries(command.env ?? {}).map(
    ([key, value]) => `${key}=${shellWord(value ?? '')}`,
  );
  return [...settings, commandLine(command)].join(' ');
};

function withoutRepetition(request: BuildRequest): BuildRequest {
  const once = <T>(values: readonly T[], spell: (value: T) => string): T[] => [
    ...new Map(values.map((value) => [spell(value), value])).values(),
  ];
  return {
    ...request,
    tags: once(request.tags, formatReference),
    platforms: once(request.platforms, formatPlatform),
  };
}
