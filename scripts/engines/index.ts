/** The engines there are. A new one is its file and one entry here. */
import { type ErrorCode, Failure } from '../errors.ts';
import type { EngineContext } from './context.ts';
import { createDocker } from './docker.ts';
import type { Engine, EngineName } from './engine.ts';
import { createPodman } from './podman.ts';

export type { EngineContext } from './context.ts';

/** In the order in which they are tried. */
export const engines = [
  { name: 'podman', create: createPodman },
  { name: 'docker', create: createDocker },
] as const satisfies readonly { name: EngineName; create: (context: EngineContext) => Engine }[];

export function createEngine(name: EngineName, context: EngineContext): Engine {
  const found = engines.find((engine) => engine.name === name);
  if (!found) throw new Failure('USAGE', `there is no engine ${name}`, { hint: names() });
  return found.create(context);
}

/**
 * The engine asked for, by name or by CONTAINER_TOOL, else the first that works. It has answered.
 * @throws Failure ENGINE_MISSING, ENGINE_UNREACHABLE, SUBIDS_MISSING, … and USAGE for a CONTAINER_TOOL that is no engine
 */
export async function chooseEngine(asked: EngineName | undefined, context: EngineContext): Promise<Engine> {
  const wanted = asked ?? fromEnvironment(context);
  if (wanted) {
    const engine = createEngine(wanted, context);
    await engine.info();
    return engine;
  }
  const failures: Failure[] = [];
  for (const { create } of engines) {
    const engine = create(context);
    try {
      await engine.info();
      return engine;
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'INTERRUPTED') throw error;
      failures.push(error);
    }
  }
  throw noneWorks(failures);
}

function fromEnvironment({ env }: EngineContext): EngineName | undefined {
  const tool = (env ?? process.env).CONTAINER_TOOL;
  if (!tool) return undefined;
  const found = engines.find(({ name }) => name === tool);
  if (found) return found.name;
  throw new Failure('USAGE', `CONTAINER_TOOL is ${JSON.stringify(tool)}, which is no engine`, {
    hint: names(),
  });
}

const names = () => `an engine is ${engines.map(({ name }) => name).join(' or ')}, not a path`;

/** One that is installed and does not answer is nearer to working than one that is missing. */
function noneWorks(failures: readonly Failure[]): Failure {
  const there = failures.filter(({ code }) => code !== 'ENGINE_MISSING');
  const [first] = there;
  const code: ErrorCode = first?.code ?? 'ENGINE_MISSING';
  return new Failure(code, failures.map(({ message }) => message).join('; '), {
    hint: first?.hint ?? 'install podman or docker',
    next: 'docker-build doctor',
  });
}
