import { afterAll, beforeAll, describe, test } from 'vitest';
import { during, type FaultyProxy, notThere, startFaultyProxy } from '../support/faulty-proxy.ts';
import { makeImage, makeIndex, putImage, putManifest } from '../support/image.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { attempt } from '../support/verifying.ts';

const image = makeImage();
const index = makeIndex([{ image, platform: 'linux/amd64' }]);

let real: Registry;
const proxies: FaultyProxy[] = [];
beforeAll(async () => {
  real = await startRegistry();
  await putImage({ url: real.url, path: 'me/app' }, image);
  await putManifest({ url: real.url, path: 'me/app' }, index, 'latest');
});
afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  await real.stop();
});

describe.concurrent('a registry that takes its time after our push', () => {
  const late = [
    ['the index', index.descriptor.digest],
    ['a child', image.manifest.descriptor.digest],
    ['a layer', image.layers[0]?.descriptor.digest ?? ''],
  ] as const;
  const rows = [1, 5, 30].flatMap((seconds) => late.map(([what, digest]) => ({ seconds, what, digest })));

  test.for(rows)('$what is $seconds s late', { timeout: 60_000 }, async ({ seconds, digest }, { expect }) => {
    const proxy = await startFaultyProxy({ behind: real.url });
    proxies.push(proxy);
    proxy.on(new RegExp(digest), during(seconds * 1000, notThere));
    const { data, ms, progress } = await attempt(`${proxy.host}/me/app@${index.descriptor.digest}`, {
      ownPush: true,
      timeoutSeconds: 60,
      patient: true,
    });
    expect(data.status).toBe('verified');
    expect(ms).toBeGreaterThanOrEqual(seconds * 1000 - 100);
    expect(ms).toBeLessThan(seconds * 1000 + 7_000);
    expect(progress.length).toBeGreaterThan(0);
    expect(progress.length).toBeLessThanOrEqual(seconds);
  });
});
