import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLine, run } from '../../scripts/io/run.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'run test '));
});
afterEach(() => rm(dir, { recursive: true }));

async function program(body: string): Promise<string> {
  const path = join(dir, "it's a program");
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

describe('running a program', () => {
  it('hands every word over as it is', async () => {
    const words = ['plain', 'two words', "it's", '"', '$HOME', '`id`', '\\', '', '*', 'a\nb', '-x=1', 'ü'];
    const { stdout } = await run({
      program: await program('for w in "$@"; do printf "%s\\0" "$w"; done'),
      args: words,
    });
    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
  });

  it('gives status, stdout and stderr, whatever the status', async () => {
    const path = await program('echo out; echo err >&2; exit 3');
    expect(await run({ program: path, args: [] })).toMatchObject({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('adds to the environment, takes away from it, and feeds stdin', async () => {
    process.env.RUN_TEST_GONE = 'here';
    const path = await program('echo "$RUN_TEST_A-$RUN_TEST_GONE"; cat; pwd');
    const env = { RUN_TEST_A: 'a b', RUN_TEST_GONE: undefined };
    const { stdout } = await run({ program: path, args: [], env, input: 'fed\n', cwd: dir });
    delete process.env.RUN_TEST_GONE;
    expect(stdout).toBe(`a b-\nfed\n${dir}\n`);
  });

  it("is not led astray by zx's own environment variables", async () => {
    const script = `
      import { run } from ${JSON.stringify(new URL('../../scripts/io/run.ts', import.meta.url).href)};
      console.log((await run({ program: 'echo', args: ['a'] })).stdout);`;
    const { stdout } = await run({
      program: process.execPath,
      args: ['--import', 'tsx', '--input-type=module', '-e', script],
      env: { ZX_PREFIX: 'echo stolen;', ZX_SHELL: '/bin/false', ZX_VERBOSE: 'true' },
    });
    expect(stdout).toBe('a\n\n');
  });

  it('says that a program is not there', async () => {
    expect(await run({ program: 'no-such-program-here', args: [] })).toMatchObject({ notFound: true });
  });

  it('ends one that takes too long', async () => {
    const before = Date.now();
    const done = await run({ program: 'sleep', args: ['30'] }, { timeout: 200 });
    expect(done).toMatchObject({ timedOut: true, exitCode: null });
    expect(Date.now() - before).toBeLessThan(10_000);
  });

  it('ends one that takes too long, though what it has started lives on', async () => {
    const before = Date.now();
    const done = await run({ program: 'sh', args: ['-c', 'echo here; sleep 20; true'] }, { timeout: 300 });
    expect(done).toMatchObject({ timedOut: true, exitCode: null, stdout: 'here\n' });
    expect(Date.now() - before).toBeLessThan(10_000);
  });

  it('is ended by the signal, and throws its reason', async () => {
    const controller = new AbortController();
    const path = await program(`echo $$ > "${dir}/pid"; exec sleep 30`);
    const going = run({ program: path, args: [] }, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 300);
    await expect(going).rejects.toThrow('enough');
  });

  it('does not start once the signal is aborted', async () => {
    const signal = AbortSignal.abort(new Error('before'));
    await expect(run({ program: await program(`touch "${dir}/ran"`), args: [] }, { signal })).rejects.toThrow(
      'before',
    );
  });

  it('shows the output while it comes', async () => {
    const sink = new PassThrough();
    const seen = text(sink);
    await run({ program: await program('echo out; echo err >&2'), args: [] }, { tee: [sink] });
    sink.end();
    expect((await seen).split('\n').sort()).toEqual(['', 'err', 'out']);
  });
});

it('a command line reads as a person would type it', () => {
  expect(commandLine({ program: 'podman', args: ['build', '-t', 'a/b:1', '--label', "x=it's $1", ''] })).toBe(
    `podman build -t a/b:1 --label 'x=it'\\''s $1' ''`,
  );
});
