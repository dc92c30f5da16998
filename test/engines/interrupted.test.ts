/** Ctrl-C in the middle of a build: the engine's work ends, and nothing of it is left but its cache. */
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Failure } from '../../scripts/errors.ts';
import { enginesForTests } from '../support/engines.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

/** Of this very test: others may sleep, too. */
const SLEEP = '4711';

describe.each(enginesForTests())('%s', (name) => {
  const ctrlC = new AbortController();
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench(name, { signal: ctrlC.signal });
  });
  afterAll(() => bench.stop());

  it('ends at once and cleans up', async () => {
    const { folder } = bench.context({ lines: [`RUN ["/bin/busybox", "sleep", "${SLEEP}"]`] });
    // a folder of its own: other tests use the common one
    vi.stubEnv('TMPDIR', bench.real.env.TMPDIR);
    const ours = () => readdirSync(tmpdir()).filter((file) => file.startsWith('docker-build-'));
    const building = bench.build(folder, { tags: [`${bench.registry.host}/team/app:1`] });
    await expect.poll(running, { timeout: 30_000 }).toBe(true);
    expect(ours()).toHaveLength(1);
    const began = performance.now();
    ctrlC.abort(new Failure('INTERRUPTED', 'interrupted'));
    const { failure, data } = await building;

    expect(failure?.code).toBe('INTERRUPTED');
    expect(data).toMatchObject({ image: `${bench.registry.host}/team/app:1`, reference: null });
    expect(performance.now() - began).toBeLessThan(10_000);
    await expect.poll(running).toBe(false);
    expect(ours()).toEqual([]);
    vi.unstubAllEnvs();
    const external = bench.real.engine === 'podman' ? ['--external'] : [];
    expect((await bench.real.run(['ps', '--all', '--quiet', ...external])).stdout).toBe('');
  });
});

const running = (): boolean =>
  readdirSync('/proc').some((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `/bin/busybox\0sleep\0${SLEEP}\0`;
    } catch {
      return false;
    }
  });
