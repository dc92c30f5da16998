import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Context, makeContext } from '../support/context.ts';
import { enginesForTests, type RealEngine, realEngine } from '../support/engines.ts';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts';
import { runProgram } from '../support/program.ts';
import { type Registry, startRegistry } from '../support/registry.ts';

/** A registry that does not serve at once what it was given: pushed, recorded, and finished later without a push. */
describe.each(enginesForTests())('%s, to a registry that lags', (name) => {
  let engine: RealEngine;
  let registry: Registry;
  let proxy: FaultyProxy;
  let context: Context;
  let lagging = true;
  const env = '# mine\nCONTAINER_IMAGE_URI=\n';
  const product = (...args: string[]) =>
    runProgram([...args, '--json'], { cwd: context.folder, env: engine.env });
  const read = (file: string) => readFile(join(context.folder, file), 'utf8');

  beforeAll(async () => {
    [engine, registry] = [realEngine(name), await startRegistry()];
    await engine.start();
    proxy = await startFaultyProxy({ behind: registry.url });
    // the engine is served, so that it can push; the registry lags for whoever asks afterwards
    proxy.on(/^GET .*\/manifests\/sha256:/, ({ request, ask, send }) =>
      lagging && request.headers['user-agent']?.startsWith('docker-build')
        ? send({ status: 404, body: Buffer.from('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}') })
        : ask().then(send),
    );
    context = makeContext();
    await writeFile(join(context.folder, '.env'), env);
    await writeFile(join(context.folder, '.dockerignore'), '.env\n.last-deploy-state.json\n');
  });
  afterAll(async () => {
    context?.remove();
    await Promise.all([engine?.stop(), proxy?.stop()]);
    await registry?.stop();
  });

  it('release: exit 0 with a warning, recorded as unverified; with --apply 7, nothing written; --resume finishes it', async () => {
    const image = `${proxy.host}/team/app:1`;
    const plain = await product('release', '-t', image, '--timeout', '1');
    expect([plain.exitCode, plain.json.data.verify?.status], plain.stdout).toEqual([0, 'pending']);
    expect(plain.json.warnings.map(({ code }) => code)).toContain('VERIFY_PENDING');
    expect(plain.json.data.deploymentState.BUILD_STATUS).toBe('unverified');

    const applied = await product('release', '-t', image, '--timeout', '1', '--apply');
    expect([applied.exitCode, applied.json.error?.code]).toEqual([7, 'PENDING']);
    expect(applied.json.error?.next).toBe('docker-build release --resume');
    expect(await read('.env')).toBe(env);
    expect(JSON.parse(await read('.last-deploy-state.json'))).toMatchObject({ verified: false });

    lagging = false;
    const pushes = () => proxy.seen.filter(({ method }) => method === 'PUT' || method === 'POST').length;
    const before = pushes();
    const resumed = await product('release', '--resume');
    expect([resumed.exitCode, resumed.json.data.verify?.status], resumed.stdout).toEqual([0, 'verified']);
    expect(pushes()).toBe(before);
    expect(await read('.env')).toBe(`# mine\nCONTAINER_IMAGE_URI=${resumed.json.data.reference}\n`);
    expect(JSON.parse(await read('.last-deploy-state.json'))).toMatchObject({ verified: true });
    expect(resumed.json.data.reference).toBe(applied.json.data.reference);
  });
});
