import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The engines that the project is proven on: one older and one newer of each, as Debian 12 and 13 have them. */
export const engineNames = ['podman4', 'podman5', 'docker20', 'docker26'] as const;
export type EngineName = (typeof engineNames)[number];

/** What an engine is made of. */
export interface Kind {
  engine: 'podman' | 'docker';
  client: string;
  /** The Debian root in which its programs stand; they are the machine's own where this is absent. */
  root?: string;
  /** What `--version` must say, lest another version is tested in the name of this one. */
  version: RegExp;
  daemon?: { program: string; config: object };
  /** A plugin of the docker client, by path. */
  buildx?: string;
}

/** Where engines:install puts what does not come from a package of this machine. */
export const cache =
  process.env.DOCKER_BUILD_ENGINES ||
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'docker-build-engines');

/** A Debian 13, for the newer engines. */
export const trixie = join(cache, 'trixie');

const enterScript = fileURLToPath(new URL('../../engines/enter.sh', import.meta.url));

/** The newer buildx on the older engine, for those who have added the plugin by hand. */
export type KindName = EngineName | 'docker20buildx';

const docker20: Kind = {
  engine: 'docker',
  client: '/usr/bin/docker',
  version: /^Docker version 20\.10\./,
  daemon: { program: '/usr/sbin/dockerd', config: {} },
};

export const kinds: Record<KindName, Kind> = {
  podman4: { engine: 'podman', client: '/usr/bin/podman', version: /^podman version 4\./ },
  podman5: { engine: 'podman', client: '/usr/bin/podman', root: trixie, version: /^podman version 5\./ },
  docker20,
  docker26: {
    engine: 'docker',
    client: '/usr/bin/docker',
    root: trixie,
    version: /^Docker version 26\./,
    daemon: { program: '/usr/sbin/dockerd', config: { features: { 'containerd-snapshotter': true } } },
  },
  docker20buildx: { ...docker20, buildx: join(trixie, 'usr/libexec/docker/cli-plugins/docker-buildx') },
};

/** The command line that runs `program` of this kind. */
export function programOf(kind: Kind, program: string): string[] {
  return kind.root ? ['/bin/sh', enterScript, kind.root, program] : [program];
}

const looked = new Map<Kind, string | undefined>();

/** Why this machine cannot run this engine, in one line; undefined where it can. Looked up once in a process. */
export function lacks(kind: Kind): string | undefined {
  if (!looked.has(kind)) looked.set(kind, look(kind));
  return looked.get(kind);
}

function look(kind: Kind): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0) return 'may not make mounts here';
  if (kind.root && !existsSync(`${kind.root}.versions`)) return `no Debian 13 in ${kind.root}`;
  if (kind.buildx && !existsSync(kind.buildx)) return `no ${kind.buildx}`;
  for (const program of [kind.client, ...(kind.daemon ? [kind.daemon.program] : [])]) {
    if (!existsSync(join(kind.root ?? '/', program))) return `no ${program}`;
    const [command = '', ...args] = programOf(kind, program);
    const { stdout, stderr } = spawnSync(command, [...args, '--version'], { encoding: 'utf8' });
    if (!kind.version.test(stdout)) return `${program} is another one: ${firstLine(stdout || stderr)}`;
  }
  return undefined;
}

function firstLine(text: string): string {
  return text.split('\n', 1).join('') || 'no answer';
}
