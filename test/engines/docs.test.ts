/** All command lines of the documents, run: in a project that has been released twice, on real engines and a registry. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Block, blocksOf, DOCUMENTS } from '../docs/documents.ts';
import { finish } from '../support/engines/finish.ts';
import { type RealEngine, realEngine } from '../support/engines.ts';
import { installSkill } from '../support/install-skill.ts';
import { type Registry, startRegistry } from '../support/registry.ts';

const LOGIN = { user: 'ada', password: 'a password of ada' };
const RAY = '/tmp/ray';

let folder: string;
let registry: Registry;
let podman: RealEngine;
let docker: RealEngine;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'docs-'));
  podman = realEngine('podman4');
  docker = realEngine('docker20');
  [registry] = await Promise.all([
    startRegistry({ auth: LOGIN }),
    podman.start(),
    docker.start(),
    installSkill(join(folder, 'skill')),
  ]);
  mkdirSync(join(folder, 'bin'));
  symlinkSync(join(folder, 'skill/scripts/docker-build'), join(folder, 'bin/docker-build'));
  const login = ['login', '--tls-verify=false', '-u', LOGIN.user, '-p', LOGIN.password, registry.host];
  expect(await podman.run(login)).toMatchObject({ exitCode: 0 });
}, 120_000);

afterAll(async () => {
  await Promise.all([registry?.stop(), podman?.stop(), docker?.stop()]);
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const shell = (line: string, cwd: string, { env }: RealEngine = podman) =>
  finish('/bin/sh', ['-c', line], {
    cwd,
    env: { ...env, PATH: [join(folder, 'bin'), env.PATH].join(delimiter) },
  });

/** A project with two releases, so that there is something to go back to. */
async function project(name: string): Promise<{ dir: string; digest: string }> {
  const dir = join(folder, name);
  mkdirSync(join(dir, 'data/config'), { recursive: true });
  const files = {
    Dockerfile: 'FROM scratch\nCOPY app /app\n',
    'docker-build.yaml': `image: ${registry.host}/acme/app:1.4\n`,
    '.env': 'CONTAINER_IMAGE_URI=\n',
    '.dockerignore': '.env\n.last-deploy-state.json\n',
    'data/config/app.yaml': 'runtime_env:\n  env_vars:\n    CONTAINER_IMAGE_URI: your-digest-here\n',
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(dir, file), text);
  for (const version of ['one', 'two']) {
    writeFileSync(join(dir, 'app'), `${name} ${version}\n`);
    const released = await shell('docker-build release --apply', dir);
    expect(released, released.stderr).toMatchObject({ exitCode: 0 });
  }
  execFileSync('git', ['init', '-q', dir]);
  const state = JSON.parse(readFileSync(join(dir, '.last-deploy-state.json'), 'utf8'));
  return { dir, digest: state.container_image_uri.split('@')[1] };
}

/** The registry and the digest of this test in place of those that stand in the documents. */
const here = (line: string, digest: string): string =>
  line.replaceAll('ghcr.io', registry.host).replaceAll(/sha256:[0-9a-f]{64}/g, digest);

const documents = DOCUMENTS.map((path) => ({
  name: basename(path, '.md'),
  blocks: blocksOf(path).filter(({ place }) => place !== 'rootless'),
})).filter(({ blocks }) => blocks.length > 0);

describe.each(documents)('$name', ({ name, blocks }) => {
  test('every line runs', { timeout: 300_000 }, async () => {
    const { dir, digest } = await project(name);
    const hadRay = existsSync(RAY);
    if (!hadRay) mkdirSync(RAY);
    try {
      for (const { lines, place } of blocks) {
        for (const line of lines) {
          const done = await shell(
            local(here(line, digest), place),
            dir,
            place === 'docker' ? docker : podman,
          );
          expect(done.exitCode, `${line}\n${done.stdout}\n${done.stderr}`).toBe(0);
        }
      }
    } finally {
      if (!hadRay) rmSync(RAY, { recursive: true });
    }
  });
});

/** A registry on loopback speaks http, which podman has to be told; a real one does not need it. */
const local = (line: string, place: Block['place']): string =>
  place === 'host' ? line.replace('podman pull ', 'podman pull --tls-verify=false ') : line;
