import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../scripts/oci/digest.ts';
import { enginesForTests } from '../support/engines.ts';
import { buildRequest, openWorkbench, type Workbench } from '../support/workbench.ts';

describe.each(enginesForTests())('%s builds and pushes', (name) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench(name);
  });
  afterAll(() => bench.stop());

  it('the digest that its push reports is what the registry serves', async () => {
    const { engine, registry, client, context } = bench;
    const image = `${registry.host}/team/app:1`;
    const request = buildRequest(context().folder, { tags: [image] });
    const phases: string[] = [];
    const { built, pushed, timings } = await engine.publish(request, (phase) => phases.push(phase));
    expect(phases).toEqual(['build', 'push']);
    expect(built.imageId).toMatch(/^sha256:/);
    expect(timings.buildMs).toBeGreaterThan(0);
    const served = pushed && (await client.manifest(pushed.tag.repository, '1'));
    expect(served?.descriptor.digest).toBe(pushed?.digest);
    expect(served && digestOf(served.bytes)).toBe(pushed?.digest);
  });
});
