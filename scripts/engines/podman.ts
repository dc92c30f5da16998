/** podman, local or remote, as an engine. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseRegistries } from './bases.ts';
import type { EngineContext } from './context.ts';
import type { BuildRequest, Engine, EngineInfo, LocalImage } from './engine.ts';
import { firstTag } from './first-tag.ts';
import { readInspected } from './inspected.ts';
import { loginNeeded, podmanAuthfile } from './login.ts';
import { speaksHttp } from './loopback.ts';
import * as podman from './podman-commands.ts';
import { askPodman } from './podman-info.ts';
import { removeLeftovers } from './podman-leftovers.ts';
import { plan } from './podman-plan.ts';
import { type Access, publish } from './podman-publish.ts';
import { createRunner, type Runner } from './runner.ts';
import { type Scratch, withScratch } from './scratch.ts';
import { refuseOnPodman } from './suitability.ts';

export function createPodman(context: EngineContext): Engine {
  const runner = createRunner('podman', withoutEmptyConfig(context));
  let asked: Promise<EngineInfo> | undefined;
  const info = () => {
    asked ??= askPodman(runner);
    return asked;
  };
  const inspect = (name: string) => inspectImage(runner, name);

  return {
    name: 'podman',
    info,
    inspect,
    plan: async (request) => plan(request, context),
    publish: async (request, phase) => {
      refuseOnPodman(request);
      const facts = await info();
      return withScratch(async (scratch) => {
        const access = await accessFor(request, context, scratch);
        const since = new Date();
        try {
          return await publish({ request, context, runner, info: facts, scratch, access, inspect }, phase);
        } finally {
          if (context.ports.signal.aborted && !facts.remote)
            await removeLeftovers(runner, since, { ...process.env, ...context.env });
        }
      });
    },
  };
}

/** podman 4 fails outright where DOCKER_CONFIG names a folder without a config.json. */
function withoutEmptyConfig(context: EngineContext): EngineContext {
  const folder = { ...process.env, ...context.env }.DOCKER_CONFIG;
  if (!folder || existsSync(join(folder, 'config.json'))) return context;
  return { ...context, env: { ...context.env, DOCKER_CONFIG: undefined } };
}

async function accessFor(request: BuildRequest, context: EngineContext, scratch: Scratch): Promise<Access> {
  const { repository } = firstTag(request);
  const login = await loginNeeded('podman', repository, context);
  const authfile = login
    ? await podmanAuthfile(login, scratch, { ...process.env, ...context.env })
    : context.authfile;
  const http = !request.noPush && (await speaksHttp(repository.registry, context.ports.signal));
  const { tlsVerify } = context;
  const plainBases = await basesSpeakHttp(request.file, context.ports.signal);
  return {
    build: { authfile, tlsVerify: tlsVerify && !plainBases },
    push: { authfile, tlsVerify: tlsVerify && !http },
  };
}

/** `--tls-verify=false` of a build holds for all of its base images, so all must be on this machine. */
async function basesSpeakHttp(file: string, signal: AbortSignal): Promise<boolean> {
  const registries = baseRegistries(await readFile(file, 'utf8').catch(() => ''));
  if (!registries?.size) return false;
  const answers = await Promise.all([...registries].map((registry) => speaksHttp(registry, signal)));
  return answers.every((http) => http);
}

async function inspectImage(runner: Runner, name: string): Promise<LocalImage | null> {
  const done = await runner.ask(podman.inspectImage(name));
  return done.exitCode === 0 ? readInspected(done.stdout) : null;
}
