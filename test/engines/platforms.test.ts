/** What is in the registry is for the platforms that were asked for: by its configs, not by what an index says. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enginesForTests } from '../support/engines.ts';
import { judge, openWorkbench, type Workbench } from '../support/workbench.ts';

const BOTH = ['linux/amd64', 'linux/arm64'];

/** buildx on the overlay2 store builds for one platform at a time, as docker without it. */
const engines = enginesForTests();
const withBuildx =
  engines.includes('docker20') && engines.includes('docker26') ? ['docker20buildx' as const] : [];

describe.each([...engines, ...withBuildx])('%s', (name) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench(name);
  });
  afterAll(() => bench.stop());

  const run: Workbench['build'] = (folder, asked) => bench.build(folder, asked);

  /** The architectures in the configs of what a tag names, read with plain requests. */
  const architectures = async (path: string, reference: string): Promise<string[]> => {
    const manifest = await served(path, reference);
    if (manifest.manifests) {
      const children = manifest.manifests.map(({ digest }: { digest: string }) =>
        architectures(path, digest),
      );
      return (await Promise.all(children)).flat();
    }
    const config = await fetch(`${bench.registry.url}/v2/${path}/blobs/${manifest.config.digest}`);
    return [((await config.json()) as { architecture: string }).architecture];
  };

  const served = async (path: string, reference: string) =>
    (await judge(bench.registry, path, reference))?.json;

  it('two platforms FROM scratch, then a plain build of the same context, then one for the other platform', async () => {
    const { folder } = bench.context();
    const image = `${bench.registry.host}/team/scratch`;
    const two = await run(folder, { tags: [`${image}:two`], platforms: BOTH });
    expect(two.failure).toBeUndefined();
    expect(two.data.platforms.map(({ platform }) => platform)).toEqual(BOTH);
    expect(await architectures('team/scratch', 'two')).toEqual(['amd64', 'arm64']);

    const plain = await run(folder, { tags: [`${image}:plain`] });
    expect(plain.failure).toBeUndefined();
    expect(plain.data.platforms.map(({ platform }) => platform)).toEqual(['linux/amd64']);
    expect(await architectures('team/scratch', 'plain')).toEqual(['amd64']);

    const other = await run(folder, { tags: [`${image}:other`], platforms: ['linux/arm64'] });
    expect(other.failure).toBeUndefined();
    expect(await architectures('team/scratch', 'other')).toEqual(['arm64']);
    const again = await run(folder, { tags: [`${image}:again`], platforms: ['linux/amd64'] });
    expect(again.failure).toBeUndefined();
    expect(await architectures('team/scratch', 'again')).toEqual(['amd64']);
  });

  it('two platforms with contents of their own', async () => {
    const { folder } = bench.context({ architectures: ['amd64', 'arm64'] });
    const image = `${bench.registry.host}/team/both:1`;
    const { failure, data, warnings } = await run(folder, {
      tags: [image, image.replace(':1', ':2')],
      platforms: BOTH,
    });
    expect(failure).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(await architectures('team/both', '1')).toEqual(['amd64', 'arm64']);
    expect(await served('team/both', '2')).toEqual(await served('team/both', data.digest ?? ''));
  });

  it('a Dockerfile that decides for another platform is not pushed as ours', async () => {
    const { folder } = bench.context();
    writeFileSync(`${folder}/Dockerfile`, 'FROM --platform=linux/arm64 scratch\nCOPY marker /\n');
    const { failure, data } = await run(folder, { tags: [`${bench.registry.host}/team/decided:1`] });
    // BuildKit gives the platform that was asked for, whatever stands in front of scratch
    if (bench.real.engine === 'docker') {
      expect(data.platforms.map(({ platform }) => platform)).toEqual(['linux/amd64']);
      return;
    }
    expect(failure?.code).toBe('WRONG_PLATFORM');
    expect(await judge(bench.registry, 'team/decided', '1')).toBeNull();
  });
});
