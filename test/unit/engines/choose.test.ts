/** Which engine is taken; the engines are small programs of their own. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineContext } from '../../../scripts/engines/index.ts';
import { chooseEngine } from '../../../scripts/engines/index.ts';
import { quietPorts } from '../../support/workbench.ts';

const PODMAN = JSON.stringify({
  host: { arch: 'amd64', os: 'linux' },
  store: { graphDriverName: 'overlay' },
  version: { Version: '5.4.2' },
});
const VERSION = JSON.stringify({ Client: { Version: '26.1' }, Server: { Version: '26.1' } });
const DOCKER = JSON.stringify({ OSType: 'linux', Architecture: 'x86_64', Driver: 'overlay2' });

const works = {
  podman: `echo '${PODMAN}'`,
  docker: `case $1 in version) echo '${VERSION}';; info) echo '${DOCKER}';; esac`,
};
const fails = {
  podman: 'echo "Error: newuidmap: write to uid_map failed" >&2; exit 125',
  docker:
    'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2; exit 1',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engines-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function context(programs: { podman?: string; docker?: string }, env: NodeJS.ProcessEnv = {}): EngineContext {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return {
    ports: quietPorts(),
    tags: {} as EngineContext['tags'],
    tlsVerify: true,
    env: { PATH: bin, ...env },
  };
}

describe('the engine', () => {
  it.each([
    ['podman before docker', works, {}, 'podman'],
    ['the one that is there', { docker: works.docker }, {}, 'docker'],
    ['the one that works', { podman: fails.podman, docker: works.docker }, {}, 'docker'],
    ['what CONTAINER_TOOL names', works, { CONTAINER_TOOL: 'docker' }, 'docker'],
  ])('is %s', async (_, programs, env, name) => {
    expect((await chooseEngine(undefined, context(programs, env))).name).toBe(name);
  });

  it('is the one asked for, whatever CONTAINER_TOOL names', async () => {
    expect((await chooseEngine('podman', context(works, { CONTAINER_TOOL: 'docker' }))).name).toBe('podman');
  });

  it.each([
    ['missing', 'docker', {}, { code: 'ENGINE_MISSING', message: 'docker is not on PATH' }],
    ['silent', 'docker', fails, { code: 'ENGINE_UNREACHABLE', message: 'the docker daemon does not answer' }],
    ['without ids', 'podman', fails, { code: 'SUBIDS_MISSING' }],
    ['docker by name, podman in truth', 'docker', { docker: works.podman }, { code: 'ENGINE_UNSUITABLE' }],
    [
      'none at all',
      undefined,
      {},
      { code: 'ENGINE_MISSING', message: 'podman is not on PATH; docker is not on PATH' },
    ],
    ['none that works', undefined, { docker: fails.docker }, { code: 'ENGINE_UNREACHABLE' }],
  ] as const)('%s: says so, and what to do next', async (_, asked, programs, expected) => {
    await expect(chooseEngine(asked, context(programs))).rejects.toMatchObject({ exit: 3, ...expected });
  });

  it('is no path', async () => {
    await expect(
      chooseEngine(undefined, context(works, { CONTAINER_TOOL: '/usr/bin/podman' })),
    ).rejects.toMatchObject({
      code: 'USAGE',
      hint: 'an engine is podman or docker, not a path',
    });
  });
});
