/** Engines that work elsewhere: a podman service behind a socket, a docker daemon at a socket of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chooseEngine } from '../../scripts/engines/index.ts';
import { build } from '../../scripts/phases/build.ts';
import { tagService } from '../../scripts/registry/index.ts';
import { enginesForTests } from '../support/engines.ts';
import { buildRequest, judge, openWorkbench, type Workbench } from '../support/workbench.ts';

const podmans = enginesForTests().filter((name) => name.startsWith('podman'));

describe.each(podmans)('%s as a service', (name) => {
  let bench: Workbench;
  let service: ChildProcess;
  let socket: string;
  beforeAll(async () => {
    bench = await openWorkbench(name);
    const { folder, env } = bench.real;
    socket = join(folder, 'podman.sock');
    service = spawn(join(folder, 'bin/podman'), ['system', 'service', '--time=0', `unix://${socket}`], {
      env,
      stdio: 'ignore',
    });
    await vi.waitUntil(() => existsSync(socket), { timeout: 20_000 });
  });
  afterAll(async () => {
    service.kill();
    await bench.stop();
  });

  const choose = (env: NodeJS.ProcessEnv) => {
    const { ports, client, real } = bench;
    const context = { ports, tags: tagService(client), tlsVerify: true, env: { ...real.env, ...env } };
    return chooseEngine(undefined, context);
  };

  const run = async (tag: string, platforms: readonly string[] = []) => {
    const { ports, client, registry, context } = bench;
    const engine = await choose({ CONTAINER_HOST: `unix://${socket}` });
    const image = `${registry.host}/team/remote:${tag}`;
    const request = buildRequest(context().folder, { tags: [image], platforms });
    return build({ request, dryRun: false }, { ...ports, engine, registry: client });
  };

  it('the digest comes from the registry where none comes back', async () => {
    const { data, failure, warnings } = await run('1');
    expect(failure).toBeUndefined();
    expect(data.digest).toBe((await judge(bench.registry, 'team/remote', '1'))?.digest);
    expect(warnings.map(({ code }) => code)).toEqual(['LOOPBACK_REMOTE']);
    expect(['digest-file', 'registry']).toContain(data.reportedBy);
  });

  it('two platforms', async () => {
    const { data, failure } = await run('2', ['linux/amd64', 'linux/arm64']);
    expect(failure).toBeUndefined();
    expect(data.platforms.map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/arm64']);
    expect(data.digest).toBe((await judge(bench.registry, 'team/remote', '2'))?.digest);
  });

  it('a service that does not answer', async () => {
    const failure = await choose({
      CONTAINER_HOST: 'unix:///nowhere/podman.sock',
      CONTAINER_TOOL: 'podman',
    }).catch((error) => error);
    expect(failure).toMatchObject({ code: 'ENGINE_UNREACHABLE' });
  });
});

const dockers = enginesForTests().filter((name) => name.startsWith('docker'));

describe.each(dockers)('%s in a context', (name) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench(name);
    const host = `host=${bench.real.env.DOCKER_HOST}`;
    await bench.real.run(['context', 'create', 'elsewhere', '--docker', host]);
  });
  afterAll(() => bench.stop());

  it('builds and pushes there, also with logins of another file', async () => {
    const { ports, client, registry, context, real } = bench;
    const authfile = join(real.folder, 'auth.json');
    writeFileSync(authfile, '{"auths":{}}');
    const env = { ...real.env, DOCKER_HOST: undefined, DOCKER_CONTEXT: 'elsewhere' };
    const engine = await chooseEngine('docker', {
      ports,
      tags: tagService(client),
      tlsVerify: true,
      env,
      authfile,
    });
    const request = buildRequest(context().folder, { tags: [`${registry.host}/team/context:1`] });
    const { data, failure, warnings } = await build(
      { request, dryRun: false },
      { ...ports, engine, registry: client },
    );
    expect(failure).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(data.digest).toBe((await judge(registry, 'team/context', '1'))?.digest);
  });

  it('a daemon that does not answer', async () => {
    const { ports, client, real } = bench;
    const env = { ...real.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    const chosen = chooseEngine('docker', { ports, tags: tagService(client), tlsVerify: true, env });
    await expect(chosen).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      next: 'docker-build doctor --engine docker',
    });
  });

  it('no engine at all', async () => {
    const { ports, client, real } = bench;
    const env = { ...real.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    const chosen = chooseEngine(undefined, { ports, tags: tagService(client), tlsVerify: true, env });
    await expect(chosen).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: 'podman is not on PATH; the docker daemon does not answer',
    });
  });
});
