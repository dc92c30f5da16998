/** What podman says of itself. */
import { Failure } from '../errors.ts';
import { normalized } from '../oci/platform.ts';
import type { EngineInfo } from './engine.ts';
import { askInfo } from './podman-commands.ts';
import type { Runner } from './runner.ts';
import { translate } from './translate.ts';

interface PodmanInfo {
  readonly host: {
    readonly arch: string;
    readonly os: string;
    readonly variant?: string;
    readonly serviceIsRemote?: boolean;
    readonly security?: { readonly rootless?: boolean };
  };
  readonly store: { readonly graphDriverName: string; readonly graphRoot?: string };
  readonly version: { readonly Version: string };
}

/** @throws Failure ENGINE_MISSING, ENGINE_UNREACHABLE, SUBIDS_MISSING, … */
export async function askPodman(runner: Runner): Promise<EngineInfo> {
  const done = await runner.ask(askInfo());
  if (done.notFound) {
    throw new Failure('ENGINE_MISSING', 'podman is not on PATH', {
      next: 'docker-build doctor --engine podman',
    });
  }
  if (done.timedOut) {
    throw new Failure('ENGINE_UNREACHABLE', 'podman info has not answered for half a minute', {
      hint: 'the service that CONTAINER_HOST or CONTAINER_CONNECTION leads to hangs, or its storage is locked',
      next: 'docker-build doctor --engine podman',
    });
  }
  if (done.exitCode !== 0) throw translate(done.stderr, { engine: 'podman', stage: 'ask', image: '' });
  return readInfo(done.stdout);
}

export function readInfo(stdout: string): EngineInfo {
  const { host, store, version } = JSON.parse(stdout) as PodmanInfo;
  return {
    name: 'podman',
    version: version.Version,
    remote: host.serviceIsRemote ?? false,
    rootless: host.security?.rootless ?? false,
    store: store.graphDriverName,
    platform: normalized({
      os: host.os,
      architecture: host.arch,
      ...(host.variant ? { variant: host.variant } : {}),
    }),
    root: store.graphRoot ?? null,
    buildx: null,
  };
}
