import { afterAll, beforeAll, expect, test } from 'vitest';
import { MEDIA } from '../../scripts/oci/manifest.ts';
import { isOwnPush, secondsOf } from '../../scripts/phases/verify.ts';
import {
  type Content,
  content,
  type ImageOptions,
  makeImage,
  makeIndex,
  putBlob,
  putImage,
  putManifest,
} from '../support/image.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { attempt } from '../support/verifying.ts';

const ZSTD = 'application/vnd.oci.image.layer.v1.tar+zstd';

let real: Registry;
beforeAll(async () => {
  real = await startRegistry({ delete: true });
});
afterAll(() => real.stop());

let count = 0;
/** A repository of its own, so that nothing is there by chance. */
const fresh = () => ({ url: real.url, path: `me/app-${++count}` });

async function pushed(options: ImageOptions = {}) {
  const target = fresh();
  const image = makeImage(options);
  await putImage(target, image, 'latest');
  return { image, target, name: `${real.host}/${target.path}:latest` };
}

async function pushedIndex(
  children: readonly { platform?: string; is?: string; annotations?: Record<string, string> }[],
) {
  const target = fresh();
  const images = children.map(({ platform, is, annotations }) => ({
    image: makeImage({ platform: is ?? platform ?? 'linux/amd64', layers: 1 }),
    ...(platform ? { platform } : {}),
    ...(annotations ? { annotations } : {}),
  }));
  for (const { image } of images) await putImage(target, image);
  const index = makeIndex(images);
  await putManifest(target, index, 'latest');
  return { index, images, target, name: `${real.host}/${target.path}:latest` };
}

test('a plain image: what is asked for and what is read', async () => {
  const { image, name, target } = await pushed({ layers: 7 });
  const { data, exit } = await attempt(name);
  expect(exit).toBe(0);
  const { digest, size } = image.manifest.descriptor;
  expect(data).toEqual({
    reference: `${real.host}/${target.path}@${digest}`,
    status: 'verified',
    level: 'blobs',
    checked: { manifests: 1, blobs: 8, bytes: size + image.config.descriptor.size },
    missing: [],
    platforms: [{ platform: 'linux/amd64', digest, configDigest: image.config.descriptor.digest }],
    attempts: 1,
    elapsedMs: expect.any(Number),
  });
  const asked = real
    .requests()
    .filter(({ path }) => path.startsWith(`/v2/${target.path}/`) && path.includes('sha256:'));
  const reading = asked.filter(({ userAgent }) => userAgent === 'docker-build');
  expect(reading.filter(({ method }) => method === 'HEAD')).toHaveLength(7);
  expect(reading.filter(({ method }) => method === 'GET')).toHaveLength(1); // the config: no byte of a layer
});

test.for([
  ['manifest', 1, 0],
  ['blobs', 3, 0],
  ['bytes', 3, 2000],
] as const)('level %s', async ([level, blobs, layerBytes]) => {
  const { image, name } = await pushed({ layers: 2, layerSize: 1000 });
  const { data } = await attempt(name, { level });
  const rest = image.manifest.descriptor.size + image.config.descriptor.size;
  expect(data).toMatchObject({
    status: 'verified',
    checked: { manifests: 1, blobs, bytes: rest + layerBytes },
  });
});

test('only level bytes sees a layer whose bytes have rotted', async () => {
  const { image, name } = await pushed({ layers: 1 });
  const { digest, size } = image.layers[0]?.descriptor ?? { digest: '', size: 0 };
  const { writeFileSync } = await import('node:fs');
  writeFileSync(real.blobPath(digest), Buffer.alloc(size));
  expect((await attempt(name)).data.status).toBe('verified');
  expect((await attempt(name, { level: 'bytes' })).data.status).toBe('mismatch');
});

test('an index: platforms in its order, each with its config', async () => {
  const { index, images, name } = await pushedIndex([
    { platform: 'linux/arm64' },
    { platform: 'linux/amd64' },
    { platform: 'linux/arm/v7' },
  ]);
  const { data } = await attempt(name, { platforms: ['linux/amd64', 'linux/arm64'] });
  expect(data.status).toBe('verified');
  expect(data.reference).toContain(index.descriptor.digest);
  expect(data.platforms).toEqual(
    ['linux/arm64', 'linux/amd64', 'linux/arm/v7'].map((platform, at) => ({
      platform,
      digest: images[at]?.image.manifest.descriptor.digest,
      configDigest: images[at]?.image.config.descriptor.digest,
    })),
  );
});

test('what is missing is told in the order of the manifests, each layer once', async () => {
  const target = fresh();
  const shared = content(ZSTD, `shared by ${target.path}`);
  const images = ['linux/amd64', 'linux/arm64'].map((platform) => {
    const own = Array.from({ length: 6 }, (_, n) => content(ZSTD, `${n} of ${platform} ${target.path}`));
    return { platform, image: makeImage({ platform, content: [...own, shared] }) };
  });
  for (const { image } of images) await putImage(target, image);
  await putManifest(target, makeIndex(images), 'latest');
  for (const { image } of images)
    for (const { descriptor } of image.layers.slice(0, 6)) real.removeBlob(descriptor.digest);
  real.removeBlob(shared.descriptor.digest);
  real.removeBlob(images[1]?.image.config.descriptor.digest ?? '');
  const { data } = await attempt(`${real.host}/${target.path}:latest`);
  const [first, second] = images.map(({ image }) => image.layers.map(({ descriptor }) => descriptor.digest));
  expect(data.missing.map(({ digest }) => digest)).toEqual([
    ...(first ?? []),
    images[1]?.image.config.descriptor.digest,
    ...(second ?? []).slice(0, 6),
  ]);
  expect(data.missing.find(({ digest }) => digest === shared.descriptor.digest)?.platform).toBe(
    'linux/amd64',
  );
});

test('bytes that are right and of another size than the manifest says: incomplete, no attack', async () => {
  for (const size of [10, 2000]) {
    const target = fresh();
    const layer = content(ZSTD, Buffer.alloc(1000, String(size)));
    const image = makeImage({ content: [layer] });
    const manifest = content(MEDIA.ociManifest, {
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: { ...image.config.descriptor, size },
      layers: [{ ...layer.descriptor, size }],
    });
    for (const blob of [image.config, layer]) await putBlob(target, blob);
    await putManifest(target, manifest, 'latest');
    const { data } = await attempt(`${real.host}/${target.path}:latest`, { level: 'bytes' });
    expect([size, data.status, data.missing]).toMatchObject([
      size,
      'incomplete',
      [
        { role: 'config', httpStatus: 200 },
        { role: 'layer', httpStatus: 200 },
      ],
    ]);
  }
});

test('attestations are counted, not required, and no platform', async () => {
  const attestation = { 'vnd.docker.reference.type': 'attestation-manifest' };
  const { images, name, target } = await pushedIndex([
    { platform: 'linux/amd64' },
    { platform: 'unknown/unknown', annotations: attestation },
  ]);
  const whole = await attempt(name);
  expect(whole.data).toMatchObject({ status: 'verified', checked: { manifests: 3 } });
  expect(whole.data.platforms).toHaveLength(1);
  await fetch(`${real.url}/v2/${target.path}/manifests/${images[1]?.image.manifest.descriptor.digest}`, {
    method: 'DELETE',
  });
  const without = await attempt(name);
  expect(without.data).toMatchObject({ status: 'verified', checked: { manifests: 2 } });
  expect(without.warnings.map(({ code }) => code)).toEqual(['ATTESTATION_MISSING']);
});

test('an asked platform that is absent', async () => {
  const { name } = await pushedIndex([{ platform: 'linux/amd64' }]);
  const { data, failure, exit } = await attempt(name, { platforms: ['linux/amd64', 'linux/arm64'] });
  expect([data.status, failure?.code, exit]).toEqual(['incomplete', 'INCOMPLETE', 7]);
  expect(data.missing).toEqual([
    { digest: null, role: 'platform', platform: 'linux/arm64', httpStatus: null },
  ]);
  expect(failure?.next).toBe('docker-build release --platform linux/amd64,linux/arm64');
});

test('an asked platform that is absent is no lag, even after our own push', async () => {
  const { name } = await pushedIndex([{ platform: 'linux/amd64' }]);
  const { data, ms } = await attempt(name, { platforms: ['linux/arm64'], ownPush: true });
  expect(data.status).toBe('incomplete');
  expect(ms).toBeLessThan(1000);
});

test('a plain image of another platform', async () => {
  const { name } = await pushed({ platform: 'linux/arm64' });
  const { data, failure, exit } = await attempt(name, { platforms: ['linux/amd64'] });
  expect([data.status, failure?.code, exit]).toEqual(['incomplete', 'WRONG_PLATFORM', 7]);
  expect(failure?.message).toContain('it is for linux/arm64, not for linux/amd64');
});

test('an index that says another platform than the config', async () => {
  const { name } = await pushedIndex([{ platform: 'linux/amd64', is: 'linux/arm64' }]);
  const { failure } = await attempt(name);
  expect(failure?.code).toBe('WRONG_PLATFORM');
  expect(failure?.message).toContain('is linux/arm64 by its config, the index says linux/amd64');
});

test('a platform that is there twice', async () => {
  const { name } = await pushedIndex([{ platform: 'linux/amd64' }, { platform: 'linux/amd64' }]);
  const { failure } = await attempt(name, { platforms: ['linux/amd64'] });
  expect([failure?.code, failure?.message]).toEqual(['WRONG_PLATFORM', expect.stringContaining('2 times')]);
});

test('a variant that was not asked for does not count', async () => {
  const { name } = await pushedIndex([{ platform: 'linux/arm/v6' }, { platform: 'linux/arm/v7' }]);
  expect((await attempt(name, { platforms: ['linux/arm/v7'] })).data.status).toBe('verified');
  expect((await attempt(name, { platforms: ['linux/arm/v5'] })).data.status).toBe('incomplete');
});

const FOREIGN = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';

async function pushedWith(layers: readonly Content[], stored: readonly Content[], manifest: object = {}) {
  const target = fresh();
  const image = makeImage({ content: layers, manifest });
  await Promise.all([image.config, ...stored].map((blob) => putBlob(target, blob)));
  await putManifest(target, image.manifest, 'latest');
  return `${real.host}/${target.path}:latest`;
}

test('foreign layers are not asked for', async () => {
  const foreign = content(FOREIGN, 'elsewhere');
  const withUrls = {
    ...foreign,
    descriptor: { ...foreign.descriptor, urls: ['https://elsewhere.example/x'] },
  };
  const own = content(ZSTD, 'own');
  const name = await pushedWith([withUrls, own], [own]);
  expect((await attempt(name, { level: 'bytes' })).data).toMatchObject({
    status: 'verified',
    checked: { blobs: 2 },
  });
});

test('a foreign layer that says nowhere where it is', async () => {
  const foreign = content(FOREIGN, 'nowhere');
  const target = fresh();
  const image = makeImage({ content: [foreign] });
  await putImage(target, image, 'latest');
  real.removeBlob(foreign.descriptor.digest);
  const { data, failure } = await attempt(`${real.host}/${target.path}:latest`);
  expect([data.status, failure?.code]).toEqual(['incomplete', 'INCOMPLETE']);
});

test('an index nested deeper than is looked at is not verified', async () => {
  const target = fresh();
  const image = makeImage();
  await putImage(target, image);
  let inner = makeIndex([{ image, platform: 'linux/amd64' }]);
  for (let depth = 0; depth < 5; depth++) {
    await putManifest(target, inner, `depth-${depth}`);
    inner = content(MEDIA.ociIndex, {
      schemaVersion: 2,
      mediaType: MEDIA.ociIndex,
      manifests: [inner.descriptor],
    });
  }
  const at = (depth: number) => attempt(`${real.host}/${target.path}:depth-${depth}`);
  expect((await at(3)).data).toMatchObject({ status: 'verified', platforms: [{ platform: 'linux/amd64' }] });
  const { data, failure } = await at(4);
  expect([data.status, failure?.code, data.missing]).toEqual(['incomplete', 'INCOMPLETE', []]);
  expect(failure?.message).toContain('was not looked at');
  const own = await attempt(`${real.host}/${target.path}:depth-4`, { ownPush: true });
  expect(own.data.status).toBe('incomplete');
});

test('zstd layers, layers of no bytes, and the same layer twice', async () => {
  const [zstd, empty] = [content(ZSTD, 'zstd'), content(ZSTD, new Uint8Array())];
  const name = await pushedWith([zstd, empty, zstd], [zstd, empty]);
  for (const level of ['blobs', 'bytes'] as const) {
    expect((await attempt(name, { level })).data).toMatchObject({
      status: 'verified',
      checked: { blobs: 3 },
    });
  }
});

test('an image with a subject (OCI 1.1)', async () => {
  const { image } = await pushed();
  const name = await pushedWith([], [], { subject: image.manifest.descriptor });
  expect((await attempt(name)).data.status).toBe('verified');
});

test('an artifact can be pulled, and is told from an image', async () => {
  const target = fresh();
  const [config, layer] = [
    content('application/vnd.cncf.helm.config.v1+json', { name: 'chart' }),
    content('application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'chart'),
  ];
  const manifest = content(MEDIA.ociManifest, {
    schemaVersion: 2,
    mediaType: MEDIA.ociManifest,
    config: config.descriptor,
    layers: [layer.descriptor],
  });
  for (const blob of [config, layer]) await putBlob(target, blob);
  await putManifest(target, manifest, 'latest');
  const { data, warnings } = await attempt(`${real.host}/${target.path}:latest`);
  expect(data).toMatchObject({ status: 'verified', platforms: [], checked: { manifests: 1, blobs: 2 } });
  expect(warnings.map(({ code }) => code)).toEqual(['NOT_AN_IMAGE']);
});

test('docker’s own media types', async () => {
  const { image } = await pushed();
  const target = fresh();
  const manifest = content(MEDIA.dockerManifest, {
    schemaVersion: 2,
    mediaType: MEDIA.dockerManifest,
    config: { ...image.config.descriptor, mediaType: MEDIA.dockerConfig },
    layers: image.layers.map(({ descriptor }) => descriptor),
  });
  for (const blob of [image.config, ...image.layers]) await putBlob(target, blob);
  await putManifest(target, manifest, 'latest');
  const { data } = await attempt(`${real.host}/${target.path}:latest`);
  expect(data).toMatchObject({ status: 'verified', platforms: [{ platform: 'linux/amd64' }] });
});

test('a repository that does not exist, and a tag that does not', async () => {
  const { name } = await pushed();
  const [tag, repository] = await Promise.all([
    attempt(name.replace(':latest', ':nope')),
    attempt(`${real.host}/me/nothing-here:latest`),
  ]);
  expect([tag.data.status, repository.data.status]).toEqual(['missing', 'missing']);
  expect(tag.failure?.next).toMatch(/^docker-build digest 127\.0\.0\.1:\d+\/me\/app-\d+:nope$/);
});

test('what is named by tag and digest is told of by digest, also where it is missing', async () => {
  const { name, image } = await pushed();
  const absent = makeImage().manifest.descriptor.digest;
  const repository = name.replace(':latest', '');
  for (const digest of [absent, image.manifest.descriptor.digest]) {
    const { data } = await attempt(`${name}@${digest}`);
    expect(data.reference).toBe(`${repository}@${digest}`);
  }
});

test('how long is waited by default', () => {
  const input = { level: 'blobs', platforms: [] } as const;
  expect(secondsOf({ ...input, ownPush: true })).toBe(120);
  expect(secondsOf({ ...input, ownPush: false })).toBe(30);
  expect(secondsOf({ ...input, ownPush: false, waitSeconds: 90 })).toBe(90);
  expect(secondsOf({ ...input, ownPush: true, waitSeconds: 90, timeoutSeconds: 5 })).toBe(5);
});

test.for([
  [null, false],
  ['nonsense', false],
  ['2026-01-01T00:00:00Z', true],
  ['2025-12-31T23:45:00Z', true],
  ['2025-12-31T23:44:59Z', false],
  // Written by a machine whose clock is a little ahead.
  ['2026-01-01T00:01:00Z', true],
] as const)('a push at %s is ours just now: %s', ([pushedAt, expected]) => {
  expect(isOwnPush(pushedAt, new Date('2026-01-01T00:00:00Z'))).toBe(expected);
});
