import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Context, makeContext } from '../support/context.ts';
import { enginesForTests, finish, type RealEngine, realEngine } from '../support/engines.ts';
import { runProgram } from '../support/program.ts';
import { type Registry, startRegistry } from '../support/registry.ts';

const launcher = fileURLToPath(new URL('../../plugins/docker-build/bin/docker-build', import.meta.url));

/** The main job, end to end, on each real engine: from a Dockerfile to a proven digest in every file. */
describe.each(enginesForTests())('%s', (name) => {
  let engine: RealEngine;
  let registry: Registry;
  let context: Context;
  let image: string;
  const product = (...args: string[]) => runProgram(args, { cwd: context.folder, env: engine.env });
  const read = (file: string) => readFile(join(context.folder, file), 'utf8');

  beforeAll(async () => {
    [engine, registry] = [realEngine(name), await startRegistry()];
    await engine.start();
    context = makeContext();
    image = `localhost:${registry.port}/team/app:1`;
    const repository = `localhost:${registry.port}/team/app`;
    await mkdir(join(context.folder, 'data', 'config'), { recursive: true });
    await writeFile(
      join(context.folder, '.env'),
      `# of the team\nCONTAINER_IMAGE_URI=${repository}@sha256:your-digest-here\n`,
    );
    await writeFile(
      join(context.folder, 'data', 'config', 'app.yaml'),
      `name: app\nruntime_env:\n  env_vars:\n    CONTAINER_IMAGE_URI: "${repository}@sha256:your-digest-here" # literal\n`,
    );
    await writeFile(join(context.folder, '.dockerignore'), '.env\n.last-deploy-state.json\ndata\n');
  });
  afterAll(async () => {
    context?.remove();
    await Promise.all([engine?.stop(), registry?.stop()]);
  });

  it('release --apply: one reference in the JSON, in every file, in the state, and a fresh store can pull it', async () => {
    const released = await product('release', '-t', image, '--apply', '--json');
    expect(released.stderr).not.toContain('error');
    const { ok, data, warnings } = released.json;
    expect({ ok, exit: released.exitCode, warnings }).toEqual({ ok: true, exit: 0, warnings: [] });
    const reference: string = data.reference;
    expect(reference).toMatch(new RegExp(`^localhost:${registry.port}/team/app@sha256:[0-9a-f]{64}$`));
    expect(data).toMatchObject({
      image,
      verify: { status: 'verified', level: 'blobs' },
      config: { applied: true, counts: { match: 2 }, targets: [] },
      deploymentState: { CONTAINER_IMAGE_URI: reference, BUILD_STATUS: 'success' },
    });
    expect(['digest-file', 'push-output', 'metadata-file']).toContain(data.reportedBy);

    expect(await read('.env')).toBe(`# of the team\nCONTAINER_IMAGE_URI=${reference}\n`);
    expect(await read('data/config/app.yaml')).toContain(
      `    CONTAINER_IMAGE_URI: "${reference}" # literal\n`,
    );
    expect(JSON.parse(await read('.last-deploy-state.json'))).toMatchObject({
      container_image_uri: reference,
      verified: true,
    });
    expect((await product('config-report', '--check')).exitCode).toBe(0);

    const pulled = await engine.freshPull(reference);
    expect(pulled.exitCode, pulled.stderr).toBe(0);
  });

  it('as text it ends with the block, and --quiet is the reference alone', async () => {
    const released = await product('release', '-t', image);
    expect(released.exitCode, released.stderr).toBe(0);
    const block = released.stdout.split('\n').slice(-7, -1);
    expect(block[0]).toBe('=== DEPLOYMENT STATE ===');
    expect(block.slice(1, 5).map((line) => line.split('=')[0])).toEqual([
      'CONTAINER_IMAGE_URI',
      'IMAGE_SIZE',
      'BUILD_TIMESTAMP',
      'BUILD_STATUS',
    ]);
    expect(block[5]).toBe('========================');
    const quiet = await product('digest', image, '--quiet');
    expect(`CONTAINER_IMAGE_URI=${quiet.stdout}`).toBe(`${block[1]}\n`);
    expect(quiet.stderr).toBe('');
  });

  it('from source and by the installed launcher, digest prints the same', async () => {
    const words = ['digest', image, '--json'];
    const launched = await finish(launcher, words, { cwd: context.folder, env: engine.env });
    const { stdout, exitCode } = await product(...words);
    expect(launched).toMatchObject({ stdout, exitCode });
    expect(exitCode).toBe(0);
  });

  it('says why what the engine shows is not the digest to deploy', async () => {
    const shown = await engine.run(['inspect', '--format', '{{json .RepoDigests}}', image]);
    const repoDigests: string[] = JSON.parse(shown.stdout);
    const { data } = (await product('digest', image, '--json')).json;
    expect(data.matchesLocalImage).toBe(true);
    const others = repoDigests
      .map((one) => one.slice(one.indexOf('@') + 1))
      .filter((digest) => digest !== data.digest);
    if (engine.engine === 'docker') expect(others).toEqual([]);
    else expect(others.length).toBeGreaterThan(0);
    for (const digest of others) {
      const served = await fetch(`${registry.url}/v2/team/app/manifests/${digest}`);
      expect(served.status).toBe(404);
      expect(data.candidates).toContainEqual(
        expect.objectContaining({
          digest,
          inRegistry: false,
          chosen: false,
          reason: expect.stringContaining('local'),
        }),
      );
    }
    const ours = await fetch(`${registry.url}/v2/team/app/manifests/${data.digest}`, {
      headers: { accept: data.mediaType },
    });
    expect(ours.status).toBe(200);
  });

  it('a registry that is down, or refuses, ends it before anything is built', async () => {
    const before = Date.now();
    const down = await product('release', '-t', 'localhost:1/team/app:1', '--json', '--timeout', '3');
    expect([down.exitCode, down.json.error?.code]).toEqual([5, 'UNREACHABLE']);
    expect(Date.now() - before).toBeLessThan(30_000);

    const guarded = await startRegistry({ auth: { user: 'me', password: 'pass-of-me' } });
    try {
      const refused = await product('release', '-t', `${guarded.host}/team/app:1`, '--json');
      expect([refused.exitCode, refused.json.error?.code]).toEqual([5, 'DENIED']);
      expect(refused.json.data.reference).toBeNull();
      expect(guarded.requests().filter(({ method }) => method === 'PUT')).toEqual([]);
    } finally {
      await guarded.stop();
    }
  });

  it('a build that fails: exit 4, the lines that matter, no push, no file touched', async () => {
    const before = await Promise.all(['.env', '.last-deploy-state.json'].map(read));
    await writeFile(join(context.folder, 'Broken'), 'FROM scratch\nCOPY not-there /\n');
    const failed = await product('release', '-t', image, '-f', join(context.folder, 'Broken'), '--apply');
    expect(failed.exitCode, failed.stderr).toBe(4);
    expect(failed.stderr).toContain('not-there');
    expect(failed.stderr).toContain('error BUILD_FAILED');
    const log = /^log: (.*)$/m.exec(failed.stderr)?.[1] ?? '';
    expect(await readFile(log, 'utf8')).toContain('not-there');
    expect(await Promise.all(['.env', '.last-deploy-state.json'].map(read))).toEqual(before);
  });
});
