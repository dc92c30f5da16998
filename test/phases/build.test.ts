/** What `build` makes of what an engine did; the engine is a value here, the registry is real. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest, Engine, LocalImage, Published } from '../../scripts/engines/engine.ts';
import { Failure } from '../../scripts/errors.ts';
import type { ImageId } from '../../scripts/oci/digest.ts';
import { type BuildPorts, build } from '../../scripts/phases/build.ts';
import { createRegistry } from '../../scripts/registry/index.ts';
import type { Registry as Client } from '../../scripts/registry/registry.ts';
import { type MadeImage, makeImage, makeIndex, putImage, putManifest } from '../support/image.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { buildRequest } from '../support/requests.ts';
import { judge, quietPorts } from '../support/workbench.ts';

let registry: Registry;
let client: Client;
beforeAll(async () => {
  registry = await startRegistry();
  client = createRegistry({ ports: quietPorts() });
});
afterAll(async () => {
  client.close();
  await registry.stop();
});

const amd64 = { os: 'linux', architecture: 'amd64' };

/** An engine whose build and push is `publish`. */
const engine = (
  publish: (request: BuildRequest) => Promise<Partial<Published>>,
  local?: LocalImage,
): Engine => ({
  name: 'podman',
  info: async () => ({
    name: 'podman',
    version: '5',
    remote: false,
    rootless: false,
    store: 'overlay',
    platform: amd64,
    root: null,
    buildx: null,
  }),
  plan: async () => [{ program: 'podman', args: ['build', 'two words'], env: { A: '1' } }],
  publish: async (request, phase) => {
    phase('build');
    phase('push');
    const built = { imageId: null, sizeBytes: 7 };
    return {
      built,
      pushed: null,
      warnings: [],
      timings: { buildMs: 1, pushMs: 2 },
      ...(await publish(request)),
    };
  },
  inspect: async () => local ?? null,
});

const run = (
  request: BuildRequest,
  publish: Parameters<typeof engine>[0],
  over: Partial<BuildPorts> & { dryRun?: boolean; local?: LocalImage } = {},
) => {
  const { dryRun = false, local, ...ports } = over;
  return build(
    { request, dryRun, timeoutSeconds: 1 },
    { ...quietPorts(), registry: client, engine: engine(publish, local), ...ports },
  );
};

const asked = (path: string, tags = ['1'], platforms: readonly string[] = []) =>
  buildRequest('/c', { tags: tags.map((tag) => `${registry.host}/${path}:${tag}`), platforms });

/** Pushes under the first tag, as an engine does, and reports it. */
const pushing =
  (image: MadeImage, over: Partial<Published> = {}) =>
  async ({ tags: [tag] }: BuildRequest): Promise<Partial<Published>> => {
    if (!tag) throw new Error('no tag');
    await putImage({ url: registry.url, path: tag.repository.path }, image, tag.tag);
    return { pushed: { tag, digest: image.manifest.descriptor.digest, reportedBy: 'digest-file' }, ...over };
  };

describe('build', () => {
  it('answers what the push reported', async () => {
    const image = makeImage();
    const imageId = image.config.descriptor.digest as string as ImageId;
    const lines: string[] = [];
    const { data, failure, warnings } = await run(
      asked('team/plain'),
      pushing(image, { built: { imageId, sizeBytes: 12 } }),
      { progress: (line) => lines.push(line) },
    );
    const { digest } = image.manifest.descriptor;
    expect([failure, warnings]).toEqual([undefined, []]);
    expect(data).toEqual({
      image: `${registry.host}/team/plain:1`,
      reference: `${registry.host}/team/plain@${digest}`,
      digest,
      platforms: [{ platform: 'linux/amd64', digest, configDigest: imageId }],
      imageId,
      sizeBytes: 12,
      reportedBy: 'digest-file',
      timings: { buildMs: 1, pushMs: 2 },
    });
    expect(lines).toEqual([`[push] ${registry.host}/team/plain:1`]);
  });

  it('puts the same bytes under each tag, once', async () => {
    const { data, warnings } = await run(asked('team/tags', ['1', '2', '2', 'latest']), pushing(makeImage()));
    expect(warnings).toEqual([]);
    for (const tag of ['1', '2', 'latest'])
      expect((await judge(registry, 'team/tags', tag))?.digest).toBe(data.digest);
    expect(
      registry.requests().filter(({ method, path }) => method === 'PUT' && path.endsWith('/manifests/2')),
    ).toHaveLength(1);
  });

  it('keeps its digest when somebody moves the tag', async () => {
    const image = makeImage();
    const { data, warnings } = await run(asked('team/moved'), async (request) => {
      const published = await pushing(image)(request);
      await pushing(makeImage())(request);
      return published;
    });
    expect(data.digest).toBe(image.manifest.descriptor.digest);
    expect(warnings.map(({ code }) => code)).toEqual(['TAG_MOVED']);
  });

  it.each([
    ['for another platform than the host', 'linux/arm64', []],
    ['for another platform than asked', 'linux/amd64', ['linux/arm64']],
  ])('refuses an image %s', async (_, platform, platforms) => {
    const { data, failure } = await run(
      asked('team/other', ['1'], platforms),
      pushing(makeImage({ platform })),
    );
    expect(failure).toMatchObject({ code: 'WRONG_PLATFORM', exit: 7 });
    expect(data).toMatchObject({ reportedBy: 'digest-file', platforms: [{ platform }] });
  });

  it.each([
    ['a platform twice', ['linux/amd64', 'linux/amd64', 'linux/arm64'], 'WRONG_PLATFORM'],
    ['a platform too few', ['linux/amd64'], 'INCOMPLETE'],
  ] as const)('refuses an index with %s', async (_, there, code) => {
    const path = 'team/index';
    const images = there.map((platform) => ({ image: makeImage({ platform }), platform }));
    const index = makeIndex(images);
    const { failure } = await run(asked(path, ['1'], ['linux/amd64', 'linux/arm64']), async ({ tags }) => {
      const target = { url: registry.url, path };
      for (const { image } of images) await putImage(target, image);
      await putManifest(target, index, '1');
      const [tag] = tags as [BuildRequest['tags'][number]];
      return { pushed: { tag, digest: index.descriptor.digest, reportedBy: 'digest-file' } };
    });
    expect(failure).toMatchObject({ code, exit: 7 });
  });

  it('refuses another image than was built', async () => {
    const imageId = `sha256:${'1'.repeat(64)}` as ImageId;
    const local = {
      imageId,
      repoDigests: [],
      platform: amd64,
      created: null,
      diffIds: [],
      config: {},
      sizeBytes: 1,
    };
    const { failure } = await run(
      asked('team/swapped'),
      pushing(makeImage(), { built: { imageId, sizeBytes: 1 } }),
      { local },
    );
    expect(failure).toMatchObject({ code: 'MISMATCH', exit: 7 });
  });

  it('warns of what the registry does not show yet', async () => {
    const { data, failure, warnings } = await run(asked('team/late'), async ({ tags }) => {
      const [tag] = tags as [BuildRequest['tags'][number]];
      return { pushed: { tag, digest: makeImage().manifest.descriptor.digest, reportedBy: 'push-output' } };
    });
    expect(failure).toBeUndefined();
    expect(data.reference).toContain('team/late@sha256:');
    expect(warnings.map(({ code }) => code)).toEqual(['VERIFY_PENDING', 'TAG_GONE']);
  });

  it('pushes nothing, and asks no registry', async () => {
    const { data, failure } = await run({ ...asked('team/local'), noPush: true }, async () => ({}));
    expect(failure).toBeUndefined();
    expect(data).toMatchObject({ reference: null, digest: null, sizeBytes: 7, platforms: [] });
    expect(registry.requests().filter(({ path }) => path.includes('team/local'))).toEqual([]);
  });

  it('shows its commands in a dry run', async () => {
    const { data } = await run(asked('team/dry'), () => Promise.reject(new Error('nothing is run')), {
      dryRun: true,
    });
    expect(data.commands).toEqual(["A=1 podman build 'two words'"]);
    expect(data.reference).toBeNull();
  });

  it('passes on why an engine failed, and nothing else', async () => {
    const failed = () => Promise.reject(new Failure('BUILD_FAILED', 'no'));
    expect((await run(asked('team/failed'), failed)).failure).toMatchObject({
      code: 'BUILD_FAILED',
      exit: 4,
    });
    await expect(run(asked('team/failed'), () => Promise.reject(new TypeError('ours')))).rejects.toThrow(
      TypeError,
    );
  });

  it('keeps what was pushed when it is interrupted', async () => {
    const ctrlC = new AbortController();
    const { data, failure } = await run(
      asked('team/stopped'),
      async (request) => {
        const published = await pushing(makeImage())(request);
        ctrlC.abort(new Failure('INTERRUPTED', 'interrupted'));
        return published;
      },
      { signal: ctrlC.signal },
    );
    expect(failure).toMatchObject({ code: 'INTERRUPTED', exit: 130 });
    expect(data.reference).toContain('team/stopped@sha256:');
  });
});
