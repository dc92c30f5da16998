import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFixture } from 'fs-fixture';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../scripts/version.ts';

const plugin = fileURLToPath(new URL('../../plugins/docker-build', import.meta.url));
let place: Awaited<ReturnType<typeof createFixture>>;

/** A copy in a folder with spaces, far from any node_modules. */
beforeAll(async () => {
  place = await createFixture({});
  cpSync(plugin, place.getPath('my plugins/docker-build'), { recursive: true, verbatimSymlinks: true });
});
afterAll(() => place.rm());

const start = (program: string, args: string[], env: NodeJS.ProcessEnv = process.env) =>
  spawnSync(program, args, { cwd: place.path, encoding: 'utf8', env });

const launcher = 'my plugins/docker-build/skills/docker-build/scripts/docker-build';

/** A link at `path` that says exactly `target`. */
function link(path: string, target: string): string {
  mkdirSync(dirname(place.getPath(path)), { recursive: true });
  symlinkSync(target, place.getPath(path));
  return place.getPath(path);
}

it.each([
  ['its path', () => place.getPath(launcher)],
  ['a relative path', () => `./${launcher}`],
  ["the plugin's bin", () => place.getPath('my plugins/docker-build/bin/docker-build')],
  ['an absolute link', () => link('absolute', place.getPath(launcher))],
  ['a relative link', () => link('some where/relative', `../${launcher}`)],
  ['a link to a link', () => link('twice', 'my plugins/docker-build/bin/docker-build')],
])('starts by %s', (_, path) => {
  expect(start(path(), ['--version'])).toMatchObject({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
});

it('runs by PATH, reads its references, and ends as the program does', () => {
  const PATH = `${place.getPath('my plugins/docker-build/bin')}:${process.env.PATH}`;
  const explained = start('docker-build', ['explain', 'DENIED'], { ...process.env, PATH });
  expect(explained).toMatchObject({ status: 0, stderr: '' });
  expect(explained.stdout).toContain('### DENIED');
  const refused = start('docker-build', ['verify', '--jsom'], { ...process.env, PATH });
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('--json');
});

it('asks a registry without any node_modules', () => {
  const asked = start(place.getPath(launcher), ['digest', '127.0.0.1:1/me/app:1', '--timeout=1', '--json']);
  expect(JSON.parse(asked.stdout).error.code).toBe('UNREACHABLE');
  expect(asked.status).toBe(5);
});

describe('what it loads only when it is needed is inside, too', () => {
  const reference = `registry.test/me/app@sha256:${'a'.repeat(64)}`;
  const serve = (image: string) =>
    `applications:\n  - name: a\n    import_path: a:b\n    runtime_env: { image_uri: ${image} }\n`;
  const old = serve(`registry.test/me/app@sha256:${'0'.repeat(64)}`);

  it('settings, ignore rules, YAML and safe writing', async () => {
    await using project = await createFixture({
      'docker-build.yaml': 'image: registry.test/me/app:1\n',
      '.gitignore': 'left-out/\n',
      'serve.yaml': old,
      'left-out/serve.yaml': old,
    });
    const env = { ...process.env, XDG_STATE_HOME: project.getPath('.state') };
    const report = (...args: string[]) =>
      start(place.getPath(launcher), ['config-report', '--project', project.path, ...args], env);

    expect(report(reference, '--apply', '--allow-unverified', '--only', 'serve.yaml')).toMatchObject({
      status: 0,
    });
    expect(await project.readFile('serve.yaml', 'utf8')).toBe(serve(reference));
    expect(await project.readFile('left-out/serve.yaml', 'utf8')).toBe(old);
    expect(report('--undo')).toMatchObject({ status: 0 });
    expect(await project.readFile('serve.yaml', 'utf8')).toBe(old);
  });

  it('registries.conf, and https through a proxy', async () => {
    await using config = await createFixture({
      'registries.conf': '[[registry]]\nlocation = "blocked.test"\nblocked = true\n',
    });
    const env = {
      ...process.env,
      CONTAINERS_REGISTRIES_CONF: config.getPath('registries.conf'),
      HTTPS_PROXY: 'http://127.0.0.1:1',
    };
    const verify = (registry: string) =>
      start(place.getPath(launcher), ['verify', `${registry}/me/app:1`, '--timeout=1', '--json'], env);
    expect(JSON.parse(verify('blocked.test').stdout).error.code).toBe('REGISTRY_BLOCKED');
    expect(JSON.parse(verify('registry.test').stdout).error.message).toContain(
      'through the proxy 127.0.0.1:1',
    );
  });
});

describe('where Node does not do', () => {
  /** Nothing on PATH but what the launcher itself uses, and a node that says `version`. */
  async function machineWith(version: string | null) {
    const bin = await createFixture({});
    const files = ['sh', 'dirname', 'readlink'].map((name) => [name, `/bin/${name}`] as const);
    for (const [name, target] of files) symlinkSync(target, bin.getPath(name));
    if (version !== null) {
      await bin.writeFile('node', `#!/bin/sh\necho '${version}'\n`);
      spawnSync('chmod', ['+x', bin.getPath('node')]);
    }
    return bin;
  }

  it.each([
    [null, 'there is no node on PATH'],
    ['v18.20.4', 'this is Node 18.20.4'],
    ['v20.17.0', 'this is Node 20.17.0'],
    ['nonsense', 'node --version says none'],
    ['', 'node --version says none'],
  ])('says so and exits 3: %s', async (version, message) => {
    await using bin = await machineWith(version);
    const env = { PATH: bin.path };
    const said = start(place.getPath(launcher), ['doctor'], env);
    expect(said).toMatchObject({ status: 3, stdout: '' });
    expect(said.stderr).toContain(message);
    const asJson = start(place.getPath(launcher), ['doctor', '--json'], env);
    expect(asJson).toMatchObject({ status: 3, stderr: '' });
    expect(JSON.parse(asJson.stdout).error).toMatchObject({ code: 'NODE_UNSUITABLE' });
  });

  it('takes the Node it needs, and what comes after', async () => {
    for (const version of ['v20.18.0', 'v22.1.0', 'v24.0.0-pre']) {
      await using bin = await machineWith(version);
      const said = start(place.getPath(launcher), ['doctor'], { PATH: bin.path });
      expect(said).toMatchObject({ status: 0, stdout: `${version}\n` });
    }
  });
});
