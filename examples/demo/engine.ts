/** An engine that works here, with a store of its own where it can have one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../scripts/io/run.ts';

export interface DemoEngine {
  readonly name: 'podman' | 'docker';
  /** For a reader: name, version, and where its images lie. */
  readonly title: string;
  /** Added to the environment of the engine and of the program. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs the engine's own command, to its end; what it printed, or null if it failed. */
  readonly ask: (...args: string[]) => Promise<string | null>;
  /** Takes away what it keeps in `folder`. */
  readonly clear: () => Promise<void>;
}

/** `asked`: what the user prefers; null if none answers. */
export async function findEngine(
  folder: string,
  asked = process.env.CONTAINER_TOOL,
): Promise<DemoEngine | null> {
  for (const make of asked === 'docker' ? [docker, podman] : [podman, docker]) {
    const engine = make(folder);
    if ((await engine.ask('info')) === null) continue;
    const version = (await engine.ask('--version')) ?? '';
    return { ...engine, title: `${version.trim()}, ${engine.title}` };
  }
  return null;
}

function podman(folder: string): DemoEngine {
  const store = join(folder, 'store');
  const settings = join(folder, 'storage.conf');
  mkdirSync(store, { recursive: true });
  // vfs lies on every file system, and needs no rights
  const lines = ['[storage]', 'driver = "vfs"', `graphroot = "${store}/graph"`, `runroot = "${store}/run"`];
  writeFileSync(settings, `${lines.join('\n')}\n`);
  const env = { CONTAINERS_STORAGE_CONF: settings };
  const ask = asking('podman', env);
  return {
    name: 'podman',
    title: 'with a store for this demo',
    env,
    ask,
    // a rootless store can hold files of subordinate users
    clear: async () => {
      if (process.getuid?.() !== 0) await ask('unshare', 'rm', '-rf', store);
    },
  };
}

const docker = (): DemoEngine => ({
  name: 'docker',
  title: 'in its own store',
  env: {},
  ask: asking('docker', {}),
  clear: async () => {},
});

const asking =
  (program: string, env: Readonly<Record<string, string>>) =>
  async (...args: string[]): Promise<string | null> => {
    const { exitCode, stdout } = await run({ program, args, env });
    return exitCode === 0 ? stdout : null;
  };
