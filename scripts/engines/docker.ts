/** docker, with buildx or without, as an engine. */
import { Failure, type Warning } from '../errors.ts';
import type { Command } from '../io/run.ts';
import { formatPlatform, type Platform, satisfies } from '../oci/platform.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import type { EngineContext } from './context.ts';
import { builderFor, type DockerBuilder } from './docker-builder.ts';
import * as docker from './docker-commands.ts';
import { askDocker, type DockerInfo } from './docker-info.ts';
import { mustTell } from './docker-insecure.ts';
import { type DockerWork, type Done, publishUnit } from './docker-publish.ts';
import { type Unit, units } from './docker-units.ts';
import type { BuildRequest, BuiltImage, Engine, EnterPhase, Published } from './engine.ts';
import { firstTag } from './first-tag.ts';
import { readInspected } from './inspected.ts';
import { dockerConfig, loginNeeded } from './login.ts';
import { remoteLoopback } from './remote.ts';
import { createRunner, type Runner } from './runner.ts';
import { planned, type Scratch, withScratch } from './scratch.ts';
import { refuseOnDocker } from './suitability.ts';

export function createDocker(context: EngineContext): Engine {
  const runner = createRunner('docker', context);
  let asked: Promise<DockerInfo> | undefined;
  const info = () => {
    asked ??= askDocker(runner);
    return asked;
  };
  const inspectWith = (using: Runner) => async (name: string) => {
    const done = await using.ask(docker.inspectImage(name));
    return done.exitCode === 0 ? readInspected(done.stdout) : null;
  };
  const prepare = async (request: BuildRequest) => {
    const facts = await info();
    const builder = await builderFor(request, facts, runner);
    refuseOnDocker(request, facts, builder);
    const { registry } = firstTag(request).repository;
    const insecure = !request.noPush && mustTell(registry, context.tlsVerify, facts, builder);
    return { info: facts, builder, insecure };
  };

  return {
    name: 'docker',
    info,
    inspect: inspectWith(runner),
    plan: async (request) => {
      const { info, builder, insecure } = await prepare(request);
      return units(request, builder).flatMap((unit) => planUnit(request, unit, info, builder, insecure));
    },
    publish: async (request, phase) => {
      const prepared = await prepare(request);
      return withScratch(async (scratch) => {
        const using = createRunner('docker', await withLogin(request, context, scratch));
        const work = { ...prepared, request, context, runner: using, scratch, inspect: inspectWith(using) };
        return publish(work, phase);
      });
    },
  };
}

async function publish(work: Omit<DockerWork, 'pushing'>, phase: EnterPhase): Promise<Published> {
  const { request, info, builder } = work;
  const tag = firstTag(request);
  const clock = stopwatch(phase);
  const remote = info.remote || (builder.kind === 'buildx' && !builder.ownStore);
  const warnings: Warning[] = request.noPush ? [] : remoteLoopback(tag, { name: info.name, remote });
  const all = units(request, builder);
  const done: Done[] = [];
  for (const unit of all) {
    clock.enter('build');
    done.push(await publishUnit({ ...work, pushing: (built) => clock.enter('push', built) }, unit));
  }
  const [first] = done as [Done];
  const pushed = all.length > 1 && !request.noPush ? await putTogether(work, tag, done) : first.pushed;
  if (all.length > 1) await nameHostImage(work, all);
  const built = all.length > 1 ? { ...first.built, imageId: null } : first.built;
  return { built, pushed, warnings, timings: clock.stop() };
}

/** In the local store, which holds no index, the tags name the image that this engine can run. */
async function nameHostImage({ request, info, runner }: Omit<DockerWork, 'pushing'>, all: readonly Unit[]) {
  const runnable = all.find(({ platforms }) =>
    platforms.some((platform) => satisfies(info.platform, platform)),
  );
  const [unit] = runnable ? [runnable] : all;
  if (!unit) return;
  for (const tag of request.tags) await runner.clean(docker.tagImage(formatReference(unit.tags[0]), tag));
}

/** The index over what was pushed for each platform, put under the tag by us: this docker cannot. */
async function putTogether(
  { context, request }: Omit<DockerWork, 'pushing'>,
  tag: Reference,
  done: readonly Done[],
) {
  const children = [];
  for (const [n, { pushed }] of done.entries()) {
    if (!pushed) throw new Error('each platform was pushed');
    const child = await context.tags.descriptorOf(tag.repository, pushed.digest);
    const asked = request.platforms[n] as Platform;
    if (!child.platform || !satisfies(child.platform, asked)) {
      throw new Failure(
        'WRONG_PLATFORM',
        `${formatReference(pushed.tag)} is ${child.platform ? formatPlatform(child.platform) : 'of no platform'} where ${formatPlatform(asked)} was asked for; ${formatReference(tag)} was not touched`,
      );
    }
    children.push(child);
  }
  const digest = await context.tags.putIndex(tag, children);
  return { tag, digest, reportedBy: done[0]?.pushed?.reportedBy ?? ('registry' as const) };
}

function planUnit(
  request: BuildRequest,
  { tags, platforms }: Unit,
  info: DockerInfo,
  builder: DockerBuilder,
  insecure: boolean,
): Command[] {
  const { noPush } = request;
  const iidfile = planned.path('iid');
  if (builder.kind === 'buildx') {
    const push = noPush ? undefined : { metadataFile: planned.path('metadata'), insecure };
    const named = noPush ? tags : [tags[0]];
    return [
      docker.buildxCommand({ request, tags: named, platforms, iidfile, push, version: info.buildx ?? '' }),
    ];
  }
  const build = docker.buildCommand({ request, tags, platforms, iidfile }, builder.kind);
  return noPush ? [build] : [build, docker.pushCommand(tags[0])];
}

async function withLogin(
  request: BuildRequest,
  context: EngineContext,
  scratch: Scratch,
): Promise<EngineContext> {
  const { authfile } = context;
  const login = await loginNeeded('docker', firstTag(request).repository, context);
  const source = authfile ? { authfile } : login ? { login } : null;
  if (!source) return context;
  const config = await dockerConfig(source, scratch, { ...process.env, ...context.env });
  // a whole config.json in a variable would win over the folder
  return { ...context, env: { ...context.env, DOCKER_CONFIG: config, DOCKER_AUTH_CONFIG: undefined } };
}

/** Tells each change of phase once, and how long each took altogether. */
function stopwatch(phase: EnterPhase) {
  const spent = { build: 0, push: 0 };
  let now: 'build' | 'push' | null = null;
  let since = performance.now();
  const enter = (name: 'build' | 'push' | null, built?: BuiltImage) => {
    const at = performance.now();
    if (now) spent[now] += at - since;
    since = at;
    if (name && name !== now) phase(name, built);
    now = name;
  };
  return {
    enter,
    stop: () => {
      enter(null);
      return { buildMs: Math.round(spent.build), pushMs: Math.round(spent.push) };
    },
  };
}
