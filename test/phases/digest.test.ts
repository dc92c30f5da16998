/** Which digest, and why: the store's claims are values here, the registry is real. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalImage } from '../../scripts/engines/engine.ts';
import type { Digest, ImageId } from '../../scripts/oci/digest.ts';
import { parseReference } from '../../scripts/oci/reference.ts';
import { type DigestInput, type DigestPorts, digest } from '../../scripts/phases/digest.ts';
import { createRegistry } from '../../scripts/registry/index.ts';
import type { Registry as Client } from '../../scripts/registry/registry.ts';
import {
  type ImageOptions,
  type MadeImage,
  makeImage,
  makeIndex,
  putImage,
  putManifest,
} from '../support/image.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { quietPorts } from '../support/workbench.ts';

const NOWHERE = `sha256:${'0'.repeat(64)}` as Digest;

let registry: Registry;
let client: Client;
let made = 0;
beforeAll(async () => {
  registry = await startRegistry();
  client = createRegistry({ ports: quietPorts() });
});
afterAll(async () => {
  client.close();
  await registry.stop();
});

/** A repository of its own for each test. */
function repository() {
  const path = `team/app${++made}`;
  const name = `${registry.host}/${path}`;
  const target = { url: registry.url, path };
  return {
    name,
    put: async (tag?: string, options?: ImageOptions) => {
      const image = makeImage(options);
      await putImage(target, image, tag);
      return image;
    },
    putIndex: async (tag: string, children: Parameters<typeof makeIndex>[0]) => {
      for (const { image } of children) await putImage(target, image);
      const index = makeIndex(children);
      await putManifest(target, index, tag);
      return index.descriptor.digest;
    },
    ask: (
      over: Partial<DigestInput> & Partial<DigestPorts> & { local?: LocalImage; suffix?: string } = {},
    ) => {
      const { local, suffix = ':1', candidate, forPlatform, timeoutSeconds, ...ports } = over;
      const input = {
        image: parseReference(`${name}${suffix}`),
        ...(candidate ? { candidate } : {}),
        ...(forPlatform ? { forPlatform } : {}),
        ...(timeoutSeconds ? { timeoutSeconds } : {}),
      };
      const engine = Promise.resolve(local ? { inspect: async () => local } : null);
      return digest(input, { ...quietPorts(), registry: client, engine, lastPush: null, ...ports });
    },
  };
}

const of = (image: MadeImage): Digest => image.manifest.descriptor.digest;

function localImage(
  image: MadeImage,
  over: Partial<LocalImage> = {},
  digests: readonly string[] = [],
): LocalImage {
  const config = JSON.parse(Buffer.from(image.config.bytes).toString());
  return {
    imageId: image.config.descriptor.digest as string as ImageId,
    repoDigests: digests
      .map(parseReference)
      .map(({ repository, digest }) => ({ repository, digest: digest as Digest })),
    platform: { os: 'linux', architecture: 'amd64' },
    created: config.created,
    diffIds: config.rootfs.diff_ids,
    config: config.config,
    sizeBytes: null,
    ...over,
  };
}

const pushed = (digest: Digest, pushedAt = new Date().toISOString()) => ({ digest, pushedAt });
const stranger = `sha256:${'f'.repeat(64)}` as ImageId;

describe('the candidates', () => {
  it('are each explained', async () => {
    const repo = repository();
    const older = await repo.put();
    const ours = await repo.put();
    const now = await repo.put('1');
    const local = localImage(older, {}, [
      `${repo.name}@${of(older)}`,
      `${repo.name}@${NOWHERE}`,
      `ghcr.io/team/app@${of(now)}`,
    ]);
    const { data, warnings, failure } = await repo.ask({ local, lastPush: pushed(of(ours)) });
    expect(failure).toBeUndefined();
    expect(data.reference).toBe(`${repo.name}@${of(now)}`);
    expect(data).toMatchObject({ kind: 'manifest', source: 'registry', matchesLocalImage: false });
    expect(data.candidates).toEqual([
      {
        digest: of(now),
        origin: 'registry',
        inRegistry: true,
        chosen: true,
        reason: 'the registry serves it for the tag now',
      },
      {
        digest: of(ours),
        origin: 'push',
        inRegistry: true,
        chosen: false,
        reason: 'our last push; the tag has moved since',
      },
      {
        digest: of(older),
        origin: 'repo-digests',
        inRegistry: true,
        chosen: false,
        reason: 'an older push that the local store remembers',
      },
      {
        digest: NOWHERE,
        origin: 'repo-digests',
        inRegistry: false,
        chosen: false,
        reason: 'local only: the engine worked it out, the registry does not have it',
      },
      {
        digest: of(now),
        origin: 'repo-digests',
        inRegistry: null,
        chosen: false,
        reason: 'of another repository, ghcr.io/team/app',
      },
    ]);
    expect(warnings.map(({ code }) => code)).toEqual(['TAG_MOVED', 'TAG_MOVED']);
  });

  it('are compared no more where the tag names our last push', async () => {
    const repo = repository();
    const image = await repo.put('1');
    const { data, warnings } = await repo.ask({ lastPush: pushed(of(image)), local: localImage(image) });
    expect(data.candidates).toHaveLength(1);
    expect(data.candidates[0]?.reason).toBe(
      'the registry serves it for the tag, and our last push reported it',
    );
    expect(data.matchesLocalImage).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('do not say that an index and its manifests are rivals', async () => {
    const repo = repository();
    const [amd, arm] = [makeImage(), makeImage({ platform: 'linux/arm64' })];
    const index = await repo.putIndex('1', [
      { image: amd, platform: 'linux/amd64' },
      { image: arm, platform: 'linux/arm64' },
    ]);
    const local = localImage(amd, {}, [`${repo.name}@${of(amd)}`, `${repo.name}@${index}`]);
    const { data, warnings } = await repo.ask({ local });
    expect(warnings).toEqual([]);
    expect(data).toMatchObject({ digest: index, kind: 'index', matchesLocalImage: true });
    expect(data.platforms.map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/arm64']);
    expect(data.candidates[1]?.reason).toBe('the manifest for linux/amd64 in the index that was chosen');
  });
});

describe('the tag is gone', () => {
  it('our last push decides before what the local store says', async () => {
    const repo = repository();
    const [ours, older] = [await repo.put(), await repo.put()];
    const local = localImage(older, {}, [`${repo.name}@${of(older)}`]);
    const { data, warnings } = await repo.ask({ local, lastPush: pushed(of(ours)) });
    expect(data).toMatchObject({ digest: of(ours), source: 'push' });
    expect(warnings.map(({ code }) => code)).toEqual(['TAG_GONE']);
  });

  it('of what the local store says, that which is the local image', async () => {
    const repo = repository();
    const [other, image] = [await repo.put(), await repo.put()];
    const local = localImage(image, {}, [`${repo.name}@${of(other)}`, `${repo.name}@${of(image)}`]);
    expect((await repo.ask({ local })).data).toMatchObject({
      digest: of(image),
      source: 'repo-digests',
      matchesLocalImage: true,
    });
  });

  it('nothing is there: exit 6', async () => {
    const repo = repository();
    const image = makeImage();
    const { data, failure } = await repo.ask({ local: localImage(image, {}, [`${repo.name}@${of(image)}`]) });
    expect(failure).toMatchObject({ code: 'NO_DIGEST', exit: 6 });
    expect(data).toMatchObject({ reference: null, digest: null });
    expect(data.candidates).toHaveLength(1);
  });

  it('our push of a moment ago is waited for', async () => {
    const repo = repository();
    const image = await repo.put();
    let asked = 0;
    const lagging: Client = {
      ...client,
      manifest: (...words) => (++asked < 4 ? Promise.resolve(null) : client.manifest(...words)),
    };
    const { data } = await repo.ask({ registry: lagging, lastPush: pushed(of(image)) });
    expect(data.digest).toBe(of(image));
    asked = 0;
    const late = await repo.ask({ registry: lagging, lastPush: pushed(of(image), '2020-01-01T00:00:00Z') });
    expect(late.failure).toMatchObject({ code: 'NO_DIGEST' });
  });
});

describe('a digest that is asked for', () => {
  it('is taken if it is there, whatever the tag names', async () => {
    const repo = repository();
    const [older, now] = [await repo.put(), await repo.put('1')];
    for (const asked of [{ candidate: of(older) }, { suffix: `:1@${of(older)}` }]) {
      const { data, warnings } = await repo.ask(asked);
      expect(data.reference).toBe(`${repo.name}@${of(older)}`);
      expect(data.candidates.find(({ chosen }) => chosen)?.reason).toBe('asked for, and the registry has it');
      expect(warnings).toMatchObject([{ code: 'TAG_MOVED', message: expect.stringContaining(of(now)) }]);
    }
  });

  it('and is not there', async () => {
    const repo = repository();
    await repo.put('1');
    expect((await repo.ask({ candidate: NOWHERE })).failure).toMatchObject({ code: 'MISSING', exit: 7 });
    expect((await repo.ask({ suffix: `@${NOWHERE}` })).failure).toMatchObject({ code: 'NO_DIGEST', exit: 6 });
  });
});

it('an image id is told from a digest', async () => {
  const repo = repository();
  const image = await repo.put('1');
  const id = image.config.descriptor.digest;
  const asked = [{ candidate: id }, { suffix: `@${id}` }];
  const failures = await Promise.all(asked.map(async (over) => (await repo.ask(over)).failure));
  expect(failures.map((failure) => failure?.code)).toEqual(['MISSING', 'NO_DIGEST']);
  for (const failure of failures)
    expect(failure?.message).toBe(`${id} is no manifest: it is a config or layer`);
});

describe('--for-platform', () => {
  const arm64 = { os: 'linux', architecture: 'arm64' };
  it('gives the manifest in the index, past the attestations', async () => {
    const repo = repository();
    const [amd, arm] = [makeImage(), makeImage({ platform: 'linux/arm64' })];
    const index = await repo.putIndex('1', [
      {
        image: makeImage(),
        platform: 'unknown/unknown',
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
      },
      { image: amd, platform: 'linux/amd64' },
      { image: arm, platform: 'linux/arm64' },
    ]);
    const { data, failure } = await repo.ask({ forPlatform: arm64, local: localImage(amd) });
    expect(data.matchesLocalImage).toBeNull();
    const ofAmd = await repo.ask({
      forPlatform: { ...arm64, architecture: 'amd64' },
      local: localImage(amd),
    });
    expect(ofAmd.data.matchesLocalImage).toBe(true);
    expect(failure).toBeUndefined();
    expect(data).toMatchObject({ digest: of(arm), kind: 'manifest', source: 'registry' });
    expect(data.platforms).toEqual([
      { platform: 'linux/arm64', digest: of(arm), configDigest: arm.config.descriptor.digest },
    ]);
    expect(data.candidates).toMatchObject([
      { digest: index, chosen: false, reason: 'the index that holds what was chosen' },
      { digest: of(arm), chosen: true, reason: 'the manifest for linux/arm64 in that index' },
    ]);
    expect((await repo.ask({ forPlatform: { ...arm64, architecture: 's390x' } })).failure).toMatchObject({
      code: 'INCOMPLETE',
      exit: 7,
      hint: 'there is linux/amd64, linux/arm64',
    });
  });

  it('refuses a plain manifest of another platform', async () => {
    const repo = repository();
    await repo.put('1');
    expect((await repo.ask({ forPlatform: arm64 })).failure).toMatchObject({
      code: 'WRONG_PLATFORM',
      exit: 7,
    });
  });
});

it('refuses an index that says another platform than the config', async () => {
  const repo = repository();
  await repo.putIndex('1', [{ image: makeImage({ platform: 'linux/arm64' }), platform: 'linux/amd64' }]);
  const { failure, data } = await repo.ask();
  expect(failure).toMatchObject({ code: 'WRONG_PLATFORM', exit: 7 });
  expect(data.platforms.map(({ platform }) => platform)).toEqual(['linux/arm64']);
});

describe('the local image', () => {
  const asked = async (local: (image: MadeImage, index: Digest, name: string) => LocalImage) => {
    const repo = repository();
    const image = makeImage();
    const index = await repo.putIndex('index', [{ image, platform: 'linux/amd64' }]);
    await putManifest(
      { url: registry.url, path: parseReference(repo.name).repository.path },
      image.manifest,
      '1',
    );
    return (await repo.ask({ local: local(image, index, repo.name) })).data.matchesLocalImage;
  };
  const id = (text: string) => ({ imageId: text as ImageId });

  it.each<[string, boolean, Parameters<typeof asked>[0]]>([
    ['by its config', true, (image) => localImage(image)],
    ['by its manifest, as the containerd store does', true, (image) => localImage(image, id(of(image)))],
    [
      'by an index of this repository that lists it',
      true,
      (image, index, name) => localImage(image, { ...id(index), config: {} }, [`${name}@${index}`]),
    ],
    [
      'by a name of its own, the same in all that counts',
      true,
      (image) => localImage(image, { imageId: stranger }),
    ],
    [
      'with what docker fills in',
      true,
      (image) => {
        const { config } = localImage(image);
        return localImage(image, {
          imageId: stranger,
          config: { ...config, Hostname: 'x', User: '', Volumes: null, Tty: false },
        });
      },
    ],
    [
      'with another command',
      false,
      (image) => localImage(image, { imageId: stranger, config: { Cmd: ['sh'] } }),
    ],
    ['with another layer', false, (image) => localImage(image, { imageId: stranger, diffIds: [NOWHERE] })],
    [
      'of another moment',
      false,
      (image) => localImage(image, { imageId: stranger, created: '2026-01-02T00:00:00Z' }),
    ],
    [
      'for another platform',
      false,
      (image) => localImage(image, { imageId: stranger, platform: { os: 'linux', architecture: 'arm64' } }),
    ],
  ])('%s: %s', async (_, matches, local) => {
    expect(await asked(local)).toBe(matches);
  });

  it('is none', async () => {
    const repo = repository();
    await repo.put('1');
    expect((await repo.ask()).data.matchesLocalImage).toBeNull();
  });
});

it('says what the registry said, with all that was known', async () => {
  const answer = await digest(
    { image: parseReference('127.0.0.1:1/team/app:1'), timeoutSeconds: 1 },
    {
      ...quietPorts(),
      registry: createRegistry({ ports: quietPorts(), times: { delay: () => 1 } }),
      engine: Promise.resolve(null),
      lastPush: null,
    },
  );
  expect(answer.failure).toMatchObject({ code: 'UNREACHABLE', exit: 5 });
  expect(answer.data.image).toBe('127.0.0.1:1/team/app:1');
});
