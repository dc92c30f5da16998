/** The client against two implementations of a registry: what one of them does alone is nobody's contract. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseReference } from '../../scripts/oci/reference.ts';
import { createRegistry, tagService } from '../../scripts/registry/index.ts';
import type { Registry as Client } from '../../scripts/registry/registry.ts';
import { content, makeImage, makeIndex, putBlob, putImage, putManifest } from '../support/image.ts';
import { registriesForTests } from '../support/second-registry.ts';
import { attempt } from '../support/verifying.ts';

describe.each(registriesForTests())('%s', (_, start) => {
  let real: Awaited<ReturnType<typeof start>>;
  let client: Client;
  const images = ['linux/amd64', 'linux/arm64'].map((platform) => makeImage({ platform, layers: 3 }));
  const index = makeIndex(
    images.map((image, at) => ({ image, platform: at === 0 ? 'linux/amd64' : 'linux/arm64' })),
  );
  const name = (rest: string) => `${real.host}/me/app${rest}`;

  beforeAll(async () => {
    real = await start();
    for (const image of images) await putImage({ url: real.url, path: 'me/app' }, image);
    await putManifest({ url: real.url, path: 'me/app' }, index, 'latest');
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

  test.for(['manifest', 'blobs', 'bytes'] as const)('verified at level %s', async (level) => {
    const { data } = await attempt(name(':latest'), { level, platforms: ['linux/amd64', 'linux/arm64'] });
    expect(data).toMatchObject({ status: 'verified', missing: [] });
    expect(data.checked.manifests).toBe(3);
    expect(data.reference).toBe(name(`@${index.descriptor.digest}`));
  });

  test('what is not there: a tag, a digest, a repository, a layer', async () => {
    for (const absent of [
      name(':nope'),
      name(`@sha256:${'0'.repeat(64)}`),
      `${real.host}/me/nothing:latest`,
    ]) {
      expect((await attempt(absent)).data.status).toBe('missing');
    }
    const gap = makeImage({
      content: [content('application/vnd.oci.image.layer.v1.tar+gzip', 'never pushed')],
    });
    await putBlob({ url: real.url, path: 'me/gap' }, gap.config);
    // distribution refuses a manifest whose layers are not there; then there is nothing to find out.
    const put = await putManifest({ url: real.url, path: 'me/gap' }, gap.manifest, 'latest').catch(
      () => 'refused',
    );
    const { data } = await attempt(`${real.host}/me/gap:latest`);
    expect(data.status).toBe(put === 'refused' ? 'missing' : 'incomplete');
  });

  test('a push is allowed', async () => {
    await client.probePush(parseReference(name(':x')).repository);
    await client.probePush(parseReference(`${real.host}/me/new:x`).repository);
  });

  test('an index is put together, and its digest is that of the bytes', async () => {
    const tags = tagService(client);
    const reference = parseReference(name(':put'));
    const descriptors = await Promise.all(
      images.map(({ manifest }) => tags.descriptorOf(reference.repository, manifest.descriptor.digest)),
    );
    const digest = await tags.putIndex(reference, descriptors);
    expect(await tags.digestOf(reference)).toBe(digest);
    expect((await attempt(name(`@${digest}`))).data.status).toBe('verified');
  });
});
