import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseReference } from '../../scripts/oci/reference.ts';
import { createRegistry, tagService } from '../../scripts/registry/index.ts';
import type { Registry as Client } from '../../scripts/registry/registry.ts';
import { writeIndex } from '../../scripts/registry/tags.ts';
import { makeImage, putImage } from '../support/image.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { attempt } from '../support/verifying.ts';

let real: Registry;
let client: Client;
beforeAll(async () => {
  real = await startRegistry();
  client = createRegistry({
    ports: {
      signal: new AbortController().signal,
      now: () => new Date(),
      secrets: { add: () => {}, mask: String },
    },
    env: {},
    home: '/nowhere',
  });
});
afterAll(async () => {
  client.close();
  await real.stop();
});

test('two images become an index that verifies, with the platforms their configs say', async () => {
  const images = ['linux/amd64', 'linux/arm64'].map((platform) => makeImage({ platform }));
  for (const image of images) await putImage({ url: real.url, path: 'me/app' }, image);
  const tags = tagService(client);
  const reference = parseReference(`${real.host}/me/app:multi`);
  expect(await tags.digestOf(reference)).toBeNull();
  const descriptors = await Promise.all(
    images.map(({ manifest }) => tags.descriptorOf(reference.repository, manifest.descriptor.digest)),
  );
  expect(descriptors.map(({ platform }) => platform?.architecture)).toEqual(['amd64', 'arm64']);
  const digest = await tags.putIndex(reference, descriptors);
  expect(await tags.digestOf(reference)).toBe(digest);
  expect(await tags.putIndex({ ...reference, tag: 'again' }, descriptors)).toBe(digest);
  const { data } = await attempt(`${real.host}/me/app@${digest}`, {
    platforms: ['linux/amd64', 'linux/arm64'],
  });
  expect(data.status).toBe('verified');
});

test('an index of what was never pushed is refused', async () => {
  const { manifest } = makeImage();
  const reference = parseReference(`${real.host}/me/empty:multi`);
  const put = tagService(client).putIndex(reference, [manifest.descriptor]);
  await expect(put).rejects.toMatchObject({ code: 'PUSH_FAILED' });
  const described = tagService(client).descriptorOf(reference.repository, manifest.descriptor.digest);
  await expect(described).rejects.toMatchObject({ code: 'MISSING' });
});

test('docker’s manifests make docker’s list', () => {
  const { descriptor } = makeImage().manifest;
  const docker = { ...descriptor, mediaType: 'application/vnd.docker.distribution.manifest.v2+json' };
  expect(writeIndex([docker, docker]).mediaType).toMatch(/manifest\.list\.v2/);
  expect(writeIndex([docker, descriptor]).mediaType).toMatch(/image\.index/);
});
