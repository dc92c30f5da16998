import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Context, makeContext } from '../support/context.ts';
import { enginesForTests, type RealEngine, realEngine } from '../support/engines.ts';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts';
import { runProgram } from '../support/program.ts';
import { type Registry, startRegistry } from '../support/registry.ts';

const source = fileURLToPath(new URL('../../scripts/docker-build.ts', import.meta.url));

/** Ctrl-C while an engine works: the program ends at once, says so, and leaves nothing half done. */
describe.each(enginesForTests())('%s, interrupted', (name) => {
  let engine: RealEngine;
  let registry: Registry;
  let proxy: FaultyProxy;
  let context: Context;
  const env = '# mine\nCONTAINER_IMAGE_URI=\n';

  beforeAll(async () => {
    [engine, registry] = [realEngine(name), await startRegistry()];
    await engine.start();
    proxy = await startFaultyProxy({ behind: registry.url });
    context = makeContext();
    await writeFile(join(context.folder, '.env'), env);
    await writeFile(join(context.folder, '.dockerignore'), '.env\n');
  });
  afterAll(async () => {
    context?.remove();
    await Promise.all([engine?.stop(), proxy?.stop()]);
    await registry?.stop();
  });

  /** Starts a release, interrupts it once `ready`, and gives what became of it. */
  async function interrupt(ready: Promise<void>) {
    const args = [
      '--import',
      import.meta.resolve('tsx'),
      source,
      'release',
      '--apply',
      '--json',
      '-t',
      `${proxy.host}/team/app:1`,
    ];
    const child = spawn(process.execPath, args, { cwd: context.folder, env: engine.env });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const ended = new Promise<number | null>((done) => child.on('close', done));
    await Promise.race([
      ready,
      ended.then((status) => Promise.reject(new Error(`ended with ${status}: ${stdout}${stderr}`))),
    ]);
    const at = Date.now();
    child.kill('SIGINT');
    const exit = await ended;
    return { exit, took: Date.now() - at, printed: JSON.parse(stdout), stderr };
  }

  const nothingWritten = async () => {
    expect(await readFile(join(context.folder, '.env'), 'utf8')).toBe(env);
    await expect(readFile(join(context.folder, '.last-deploy-state.json'))).rejects.toThrow('ENOENT');
  };

  it('during the push', async () => {
    let uploading = () => {};
    const begun = new Promise<void>((done) => {
      uploading = done;
    });
    // the first upload is the probe's; the ones after it, the engine's, are never answered
    proxy.on(/^(PATCH|PUT) .*uploads/, () => uploading());
    const { exit, took, printed } = await interrupt(begun);
    expect([exit, printed.ok, printed.error.code]).toEqual([130, false, 'INTERRUPTED']);
    expect(printed.error.next).toMatch(/^docker-build release -t \S+ --apply$/);
    expect(took).toBeLessThan(10_000);
    await nothingWritten();
    const resumed = await runProgram(['release', '--resume', '--json'], {
      cwd: context.folder,
      env: engine.env,
    });
    expect([resumed.exitCode, resumed.json.error?.code]).toEqual([2, 'NOTHING_TO_RESUME']);
  });
});
