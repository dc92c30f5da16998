/** What docker says of its daemon: the client alone is no engine. */
import { hostname } from 'node:os';
import { Failure } from '../errors.ts';
import { parsePlatform } from '../oci/platform.ts';
import { askInfo, askVersion } from './docker-commands.ts';
import type { EngineInfo } from './engine.ts';
import type { Runner } from './runner.ts';
import { translate } from './translate.ts';

export interface DockerInfo extends EngineInfo {
  readonly clientVersion: string;
  /** Registries and networks that the daemon talks http to, or whose certificate it does not look at. */
  readonly insecure: { readonly registries: readonly string[]; readonly networks: readonly string[] };
}

interface Version {
  readonly Client?: { readonly Version?: string };
  readonly Server?: { readonly Version?: string } | null;
}

interface Info {
  /** podman's, where `docker` is podman under another name. */
  readonly host?: unknown;
  readonly OSType?: string;
  readonly Architecture?: string;
  readonly Driver?: string;
  readonly DriverStatus?: readonly (readonly [string, string])[] | null;
  readonly DockerRootDir?: string;
  readonly Name?: string;
  readonly SecurityOptions?: readonly string[] | null;
  readonly ClientInfo?: {
    readonly Plugins?: readonly { Name?: string; Version?: string; Err?: string }[] | null;
  };
  readonly RegistryConfig?: {
    readonly InsecureRegistryCIDRs?: readonly string[] | null;
    readonly IndexConfigs?: Readonly<Record<string, { readonly Secure?: boolean }>> | null;
  } | null;
}

/** @throws Failure ENGINE_MISSING, ENGINE_UNREACHABLE, ENGINE_UNSUITABLE */
export async function askDocker(runner: Runner): Promise<DockerInfo> {
  const [version, info] = await Promise.all([runner.ask(askVersion()), runner.ask(askInfo())]);
  if (version.notFound || info.notFound) {
    throw new Failure('ENGINE_MISSING', 'docker is not on PATH', {
      next: 'docker-build doctor --engine docker',
    });
  }
  if (version.timedOut || info.timedOut) {
    throw new Failure('ENGINE_UNREACHABLE', 'the docker daemon has not answered for half a minute', {
      hint: 'restart it, or look at what DOCKER_HOST or the docker context leads to',
      next: 'docker context ls',
    });
  }
  const said = json<Version>(version.stdout);
  const about = json<Info>(info.stdout);
  if (about.host !== undefined) {
    throw new Failure('ENGINE_UNSUITABLE', 'docker on PATH is podman under another name', {
      hint: 'take it by its own name: --engine podman',
    });
  }
  if (version.exitCode !== 0 || info.exitCode !== 0 || !said.Server?.Version) {
    throw translate(`${version.stderr}\n${info.stderr}\n${info.stdout}`, {
      engine: 'docker',
      stage: 'ask',
      image: '',
    });
  }
  return readInfo(said, about);
}

export function readInfo(version: Version, info: Info): DockerInfo {
  const status = Object.fromEntries(info.DriverStatus ?? []);
  const containerd = status['driver-type']?.startsWith('io.containerd.snapshotter') ?? false;
  const buildx = info.ClientInfo?.Plugins?.find(({ Name, Err }) => Name === 'buildx' && !Err);
  const { IndexConfigs, InsecureRegistryCIDRs } = info.RegistryConfig ?? {};
  return {
    name: 'docker',
    version: version.Server?.Version ?? '',
    clientVersion: version.Client?.Version ?? '',
    remote: info.Name !== undefined && info.Name !== hostname(),
    rootless: info.SecurityOptions?.some((option) => option.startsWith('name=rootless')) ?? false,
    store: containerd ? 'containerd' : (info.Driver ?? ''),
    platform: parsePlatform(`${info.OSType}/${info.Architecture}`) ?? { os: 'linux', architecture: '' },
    root: info.DockerRootDir ?? null,
    buildx: buildx ? (buildx.Version ?? 'unknown') : null,
    insecure: {
      registries: Object.entries(IndexConfigs ?? {}).flatMap(([host, { Secure }]) =>
        Secure === false ? [host] : [],
      ),
      networks: InsecureRegistryCIDRs ?? [],
    },
  };
}

function json<T>(text: string): Partial<T> {
  try {
    return JSON.parse(text) as Partial<T>;
  } catch {
    return {};
  }
}
