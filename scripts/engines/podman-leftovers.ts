/** podman removes the containers of a build that ends or fails, and leaves those of one that is interrupted. */
import { readdir, readFile } from 'node:fs/promises';
import * as podman from './podman-commands.ts';
import type { Runner } from './runner.ts';

interface Listed {
  readonly Id?: string;
  /** Seconds. */
  readonly Created?: number;
  readonly Command?: readonly string[] | null;
}

/** Names the store that is not the user's own. */
const STORE = 'CONTAINERS_STORAGE_CONF';

/** Removes the builder containers made since; none while another build works on the same store: they may be its. */
export async function removeLeftovers(runner: Runner, since: Date, env: NodeJS.ProcessEnv): Promise<void> {
  if (await anotherBuilds(env[STORE] ?? '')) return;
  const { stdout } = await runner.clean(podman.listBuilders());
  const ids = leftovers(stdout, since);
  if (ids.length > 0) await runner.clean(podman.removeContainers(ids));
}

export function leftovers(json: string, since: Date): string[] {
  const start = Math.floor(since.getTime() / 1000);
  return parsed(json).flatMap(({ Id, Created = 0, Command }) =>
    Id && Created >= start && Command?.[0] === 'buildah' ? [Id] : [],
  );
}

function parsed(json: string): readonly Listed[] {
  try {
    return JSON.parse(json) as readonly Listed[];
  } catch {
    return [];
  }
}

async function anotherBuilds(store: string): Promise<boolean> {
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(processes.map((pid) => buildsIn(pid, store)));
  return found.includes(true);
}

/** What cannot be read is another user's, whose store is another one. */
async function buildsIn(pid: string, store: string): Promise<boolean> {
  const words = async (file: string) =>
    (await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')).split('\0');
  const [program = '', ...args] = await words('cmdline');
  if (!/(?:^|\/)(?:podman|buildah)$/.test(program)) return false;
  if (!args.some((word) => ['build', 'bud', 'from'].includes(word))) return false;
  const its = (await words('environ')).find((line) => line.startsWith(`${STORE}=`));
  return (its?.slice(STORE.length + 1) ?? '') === store;
}
