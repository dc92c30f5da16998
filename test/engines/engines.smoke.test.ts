import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Context, makeContext } from '../support/context.ts';
import { availableEngines, engineNames, type RealEngine, realEngine } from '../support/engines.ts';
import { type Registry, startRegistry } from '../support/registry.ts';

it('all four engines are here', () => {
  expect(availableEngines().filter(({ present }) => !present)).toEqual([]);
});

describe.each(engineNames)('%s', (name) => {
  let registry: Registry;
  let engine: RealEngine;
  let context: Context;

  beforeAll(async () => {
    engine = realEngine(name);
    context = makeContext({ lines: ['RUN ["/bin/busybox", "touch", "/ran"]'] });
    [registry] = await Promise.all([startRegistry(), engine.start()]);
  }, 60_000);

  afterAll(async () => {
    context?.remove();
    await Promise.all([registry?.stop(), engine?.stop()]);
  }, 60_000);

  const succeed = async (...args: string[]) => {
    const finished = await engine.run(args);
    expect(finished, finished.stderr).toMatchObject({ exitCode: 0 });
    return finished.stdout;
  };

  it('builds, pushes, and pulls in a fresh store', { timeout: 60_000 }, async () => {
    expect(await succeed('info')).toContain(engine.folder);

    const image = `${registry.host}/smoke:1`;
    await succeed('build', '--tag', image, context.folder);
    await succeed('push', ...(engine.engine === 'podman' ? ['--tls-verify=false'] : []), image);
    expect(await engine.freshPull(image)).toMatchObject({ exitCode: 0 });

    // The proof is one only if it fails when the layer is lost that holds the marker, while the store here has it.
    const layer = await layerOf(registry, 'smoke', '1');
    registry.removeBlob(layer);
    expect((await engine.freshPull(image)).exitCode).not.toBe(0);
    expect(registry.requests()).toContainEqual(
      expect.objectContaining({ method: 'GET', path: `/v2/smoke/blobs/${layer}`, status: 404 }),
    );
  });
});

/** The last layer of the image that a tag names, through the index if there is one. */
async function layerOf(registry: Registry, repository: string, reference: string): Promise<string> {
  const accept = ['oci.image.index.v1', 'oci.image.manifest.v1', 'docker.distribution.manifest.v2']
    .map((type) => `application/vnd.${type}+json`)
    .join();
  const response = await fetch(`${registry.url}/v2/${repository}/manifests/${reference}`, {
    headers: { accept },
  });
  const { manifests, layers } = (await response.json()) as Record<
    'manifests' | 'layers',
    { digest: string }[]
  >;
  const [first] = manifests ?? [];
  const last = layers?.at(-1);
  if (last) return last.digest;
  if (first) return layerOf(registry, repository, first.digest);
  throw new Error(`${reference} is neither an image nor an index`);
}
