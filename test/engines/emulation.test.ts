import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busybox, type Context, makeContext, native } from '../support/context.ts';
import { withEmulation } from '../support/emulation.ts';
import { enginesForTests, type RealEngine, realEngine } from '../support/engines.ts';

const foreign = native() === 'amd64' ? 'arm64' : 'amd64';
/** The exit status of a foreign program; null if the kernel does not start it. */
const runForeign = () => spawnSync(busybox(foreign), ['true']).status;

it('emulates for as long as it is asked to', async () => {
  const before = runForeign();
  expect(await withEmulation(async () => runForeign())).toBe(0);
  expect(runForeign()).toBe(before);
});

describe.each(enginesForTests())('%s', (name) => {
  let engine: RealEngine;
  let context: Context;

  beforeAll(async () => {
    engine = realEngine(name);
    context = makeContext({ architectures: [foreign], lines: ['RUN ["/bin/busybox", "touch", "/ran"]'] });
    await engine.start();
  });
  afterAll(async () => {
    context?.remove();
    await engine?.stop();
  });

  it(`runs a RUN step of ${foreign} under emulation`, async () => {
    const build = () =>
      engine.run(['build', '--no-cache', `--platform=linux/${foreign}`, '--tag=emulated', context.folder], {
        env: { ...engine.env, DOCKER_BUILDKIT: '1' },
      });
    const built = await withEmulation(build);
    expect(built, built.stderr).toMatchObject({ exitCode: 0 });
    const { stdout } = await engine.run(['inspect', '--format={{.Architecture}}', 'emulated']);
    expect(stdout.trim()).toBe(foreign);
  });
});
