/** A machine and a project on which all is well, to be broken by one thing at a time. */
import type { Surroundings } from '../../scripts/checks/check.ts';
import type { FileFacts, Machine } from '../../scripts/checks/machine.ts';
import type { EngineInfo } from '../../scripts/engines/engine.ts';
import type { Finished } from '../../scripts/io/run.ts';
import { parseReference } from '../../scripts/oci/reference.ts';
import type { Project } from '../../scripts/project.ts';
import type { CredentialsReport } from '../../scripts/registry/credentials.ts';
import type { Registry } from '../../scripts/registry/registry.ts';

export const ended = (stdout = '', exitCode = 0, stderr = ''): Finished => ({
  exitCode,
  stdout,
  stderr,
  timedOut: false,
  notFound: exitCode === 127,
});

export const PODMAN: EngineInfo = {
  name: 'podman',
  version: '4.3.1',
  remote: false,
  rootless: true,
  store: 'overlay',
  platform: { os: 'linux', architecture: 'amd64' },
  root: '/home/ada/.local/share/containers/storage',
  buildx: null,
};

export const DOCKER: EngineInfo = {
  ...PODMAN,
  name: 'docker',
  version: '26.1.5',
  rootless: false,
  store: 'overlay2',
  root: '/var/lib/docker',
  buildx: 'v0.13.1',
};

/** `files`: contents by path. `facts`: what stat says, beside those. `answers`: by program and arguments, joined. */
export interface Fake {
  readonly files?: Readonly<Record<string, string>>;
  readonly facts?: Readonly<Record<string, Partial<FileFacts>>>;
  readonly answers?: Readonly<Record<string, Finished>>;
  readonly programs?: readonly string[];
  readonly machine?: Partial<Machine>;
}

export function machine({
  files = {},
  facts = {},
  answers = {},
  programs = [],
  machine = {},
}: Fake = {}): Machine {
  const plain: FileFacts = { uid: 1000, gid: 1000, mode: 0o644, kind: 'file' };
  return {
    system: 'linux',
    arch: 'x64',
    node: '22.1.0',
    user: { name: 'ada', uid: 1000, home: '/home/ada' },
    env: { USER: 'ada', XDG_RUNTIME_DIR: '/run/user/1000' },
    run: async ({ program, args }) => answers[[program, ...args].join(' ')] ?? ended('', 127),
    read: async (path) => files[path] ?? null,
    facts: async (path) => (facts[path] ? { ...plain, ...facts[path] } : path in files ? plain : null),
    freeBytes: async () => 50e9,
    which: (program) => (programs.includes(program) ? `/usr/bin/${program}` : null),
    ...machine,
  };
}

export const project = (over: Partial<Project> = {}): Project => ({
  dir: '/p',
  env: {},
  dotenv: null,
  settings: {},
  image: 'localhost:5000/team/app:1',
  stateFile: '/p/.last-deploy-state.json',
  warnings: [],
  ...over,
});

export const willing = { probePush: async () => {} } as unknown as Registry;

export const NO_LOGIN: CredentialsReport = {
  podman: null,
  docker: null,
  agree: true,
  used: null,
  broken: [],
};

export function surroundings(fake: Fake = {}, over: Partial<Surroundings> = {}): Surroundings {
  return {
    project: project(),
    intent: {
      image: parseReference('localhost:5000/team/app:1'),
      context: '/p',
      file: '/p/Dockerfile',
      platforms: [],
    },
    engineAsked: undefined,
    probe: true,
    signal: new AbortController().signal,
    machine: machine(fake),
    engine: async () => ({ info: PODMAN, failure: null }),
    registry: willing,
    credentialsOf: async () => NO_LOGIN,
    ...over,
  };
}
