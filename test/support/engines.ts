import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { addBuildx, answers, daemonCommand, socketOf } from './engines/docker-settings.ts';
import { type Finished, finish, type RunOptions } from './engines/finish.ts';
import { type Keeper, keep } from './engines/keeper.ts';
import { type EngineName, engineNames, type KindName, kinds, lacks, programOf } from './engines/kinds.ts';
import { podmanSettings } from './engines/podman-settings.ts';
import { pathWithoutEngines } from './engines/tool-path.ts';

export { type EngineName, engineNames, type Finished, finish, type RunOptions };

/** A real engine with stores, settings and a home of its own; nothing of the machine's user is read or written. */
export interface RealEngine {
  readonly name: KindName;
  readonly engine: 'podman' | 'docker';
  /** Holds all that the engine writes; gone after `stop()`, and after the end of this process. */
  readonly folder: string;
  /**
   * For the product as a child process: this engine is the only one on PATH; HOME, TMPDIR and XDG_RUNTIME_DIR are
   * empty folders in `folder`. Complete after `start()`; a test may add to a copy.
   */
  readonly env: NodeJS.ProcessEnv;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Runs the engine's own command with `env`. */
  run(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Pulls into an empty store of the same engine, with the logins of this one: exit 0 proves that all is there. */
  freshPull(reference: string, options?: { platform?: string }): Promise<Finished>;
  /** Removes all images and the build cache. */
  reset(): Promise<void>;
}

export interface Availability {
  name: EngineName;
  present: boolean;
  /** One line: why it is missing. Empty if present. */
  why: string;
}

/** What this machine has of the four engines. */
export function availableEngines(): Availability[] {
  return engineNames.map((name) => {
    const why = lacks(kinds[name]) ?? '';
    return {
      name,
      present: why === '',
      why: why && `${name}: ${why}; as root on Debian 12: npm run engines:install`,
    };
  });
}

/**
 * Those that tests are to run on: the first podman and the first docker that are here.
 * With DOCKER_BUILD_ENGINES_DEMANDED=1 all four, or an error.
 */
export function enginesForTests(): EngineName[] {
  const engines = availableEngines();
  if (process.env.DOCKER_BUILD_ENGINES_DEMANDED !== '1') {
    return firstOfEach(engines.filter(({ present }) => present).map(({ name }) => name));
  }
  const missing = engines.filter(({ present }) => !present);
  if (missing.length > 0) throw new Error(missing.map(({ why }) => why).join('\n'));
  return engines.map(({ name }) => name);
}

/** One podman and one docker. */
const firstOfEach = (names: readonly EngineName[]): EngineName[] =>
  names.filter((name, at) => names.findIndex((other) => kinds[other].engine === kinds[name].engine) === at);

/** Variables of the caller that would lead an engine, or the product, out of its folder. */
const leading =
  /^(BUILDAH_|BUILDKIT_|BUILDX_|CONTAINERS?_|DOCKER_|GITHUB_|PODMAN_|REGISTRY_|STORAGE_|XDG_|_CONTAINERS_)/;

export function realEngine(name: KindName): RealEngine {
  const kind = kinds[name];
  const { engine } = kind;
  const folder = join(tmpdir(), `${name}-${randomBytes(4).toString('hex')}`);
  const home = join(folder, 'home');
  const env: NodeJS.ProcessEnv = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !leading.test(key)),
  );
  let keeper: Keeper | undefined;

  async function start(): Promise<void> {
    const missing = lacks(kind);
    if (missing) throw new Error(`${name}: ${missing}`);

    for (const part of ['bin', 'home', 'run', 'tmp'])
      mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
    const wrapper = join(folder, 'bin', engine);
    writeFileSync(wrapper, `#!/bin/sh\nexec ${programOf(kind, kind.client).map(quoted).join(' ')} "$@"\n`);
    chmodSync(wrapper, 0o755);

    Object.assign(env, {
      PATH: [join(folder, 'bin'), pathWithoutEngines()].join(delimiter),
      HOME: home,
      TMPDIR: join(folder, 'tmp'),
      XDG_RUNTIME_DIR: join(folder, 'run'),
    });
    if (engine === 'podman') {
      Object.assign(env, podmanSettings(folder));
      keeper = keep(folder);
    } else {
      const { daemon } = kind;
      if (!daemon) throw new Error(`${name} has no daemon`);
      env.DOCKER_HOST = `unix://${socketOf(folder)}`;
      if (kind.buildx) addBuildx(kind.buildx, home);
      keeper = keep(folder, daemonCommand({ ...kind, daemon }, folder));
      await keeper.until(() => answers(socketOf(folder)));
    }
  }

  const run = (args: readonly string[], options: RunOptions = {}) =>
    finish(join(folder, 'bin', engine), args, { env, ...options });

  async function stop(): Promise<void> {
    await keeper?.stop();
    keeper = undefined;
    if (existsSync(folder)) throw new Error(`${folder} could not be removed`);
  }

  async function freshPull(reference: string, { platform }: { platform?: string } = {}): Promise<Finished> {
    const fresh = realEngine(name);
    await fresh.start();
    try {
      const args = [
        'pull',
        ...(platform ? [`--platform=${platform}`] : []),
        // It is to be proven that all is there, not who signed the registry's certificate.
        ...(engine === 'podman' && isLoopback(reference) ? ['--tls-verify=false'] : []),
        reference,
      ];
      return await fresh.run(args, { env: { ...fresh.env, HOME: home } });
    } finally {
      await fresh.stop();
    }
  }

  async function reset(): Promise<void> {
    const args =
      engine === 'podman'
        ? ['rmi', '--all', '--force']
        : ['system', 'prune', '--all', '--force', '--volumes'];
    const { exitCode, stderr } = await run(args);
    if (exitCode !== 0) throw new Error(`${name} could not be reset: ${stderr}`);
  }

  return { name, engine, folder, env, start, stop, run, freshPull, reset };
}

function isLoopback(reference: string): boolean {
  return /^(localhost|127\.[0-9.]+|\[::1\])(:\d+)?\//.test(reference);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
