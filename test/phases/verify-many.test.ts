import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { verifyManyText } from '../../scripts/cli/text/verify.ts';
import { parseReference } from '../../scripts/oci/reference.ts';
import { type VerifyManyInput, verifyMany } from '../../scripts/phases/verify-many.ts';
import { createRegistry } from '../../scripts/registry/index.ts';
import { type FaultyProxy, notThere, silence, startFaultyProxy, status } from '../support/faulty-proxy.ts';
import { content, makeImage, makeIndex, putImage, putManifest } from '../support/image.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { startTokenServer, type TokenServer } from '../support/token-server.ts';
import { attempt, HURRY } from '../support/verifying.ts';

let tokens: TokenServer;
let real: Registry;
let proxy: FaultyProxy;
const shared = content('application/vnd.oci.image.layer.v1.tar+gzip', 'in every image');
const images = Array.from({ length: 10 }, () => makeImage({ content: [shared] }));

beforeAll(async () => {
  tokens = await startTokenServer();
  real = await startRegistry({ token: tokens.settings });
});
afterAll(async () => {
  await real.stop();
  await tokens.stop();
});
beforeEach(async () => {
  proxy = await startFaultyProxy({ behind: real.url });
  tokens.server.seen.length = 0;
});
afterEach(() => proxy.stop());

const target = (path: string) => ({
  url: real.url,
  path,
  headers: { authorization: `Bearer ${tokens.sign(`repository:${path}:pull,push`)}` },
});

async function many(names: readonly string[], options: Partial<VerifyManyInput> = {}) {
  const ports = {
    signal: new AbortController().signal,
    now: () => new Date(),
    secrets: { add: () => {}, mask: String },
    progress: () => {},
  };
  const registry = createRegistry({
    ports,
    env: {},
    home: '/nowhere',
    etc: '/nowhere',
    times: { delay: HURRY.delay },
  });
  const references = names.map((name) => ({ reference: parseReference(name), ownPush: false }));
  const outcome = await verifyMany(
    { references, level: 'blobs', platforms: [], timeoutSeconds: 20, ...options },
    { ...ports, registry },
  );
  registry.close();
  return outcome;
}

test('100 references: one token for each repository, each blob asked for once, few connections', async () => {
  for (const path of ['me/one', 'me/two']) {
    for (const [at, image] of images.entries()) {
      await putImage(target(path), image);
      for (let n = 0; n < 5; n++) await putManifest(target(path), image.manifest, `v${at}-${n}`);
    }
  }
  const names = ['me/one', 'me/two'].flatMap((path) =>
    images.flatMap((_, at) => Array.from({ length: 5 }, (_, n) => `${proxy.host}/${path}:v${at}-${n}`)),
  );
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, proxy.open());
  }, 1);
  const { data, failure } = await many(names);
  clearInterval(watch);
  expect(failure).toBeUndefined();
  expect(data.counts).toEqual({ verified: 100 });
  expect(data.references).toHaveLength(100);
  expect(data.references[7]?.reference).toContain(images[1]?.manifest.descriptor.digest);
  expect(tokens.server.seen).toHaveLength(2);
  const blobs = proxy.seen.filter(({ path }) => path.includes('/blobs/')).map(({ path }) => path);
  expect(blobs.length).toBe(new Set(blobs).size);
  expect(blobs).toHaveLength(2 * 11);
  expect(most).toBeLessThanOrEqual(10);
});

test('some are not there, some are denied: each has its status, the worst decides', async () => {
  await putImage(target('me/three'), images[0] ?? makeImage(), 'good');
  proxy.on(/nope/, notThere);
  const good = `${proxy.host}/me/three:good`;
  const one = await many([good, `${proxy.host}/me/three:nope`]);
  expect([one.failure?.code, one.data.counts]).toEqual(['MISSING', { verified: 1, missing: 1 }]);
  proxy.on(/secret/, status(403));
  const worse = await many([`${proxy.host}/me/three:nope`, good, `${proxy.host}/me/three:secret`]);
  expect([worse.failure?.code, worse.failure?.exit]).toEqual(['DENIED', 5]);
  expect(worse.failure?.message).toMatch(/^2 of 3 references/);
  expect(worse.data.references.map((one) => one.status)).toEqual(['missing', 'verified', 'denied']);
});

test('why each is not verified is told for each, and shown below it', async () => {
  await putImage(target('me/three'), images[0] ?? makeImage(), 'good');
  proxy.on(/nope/, notThere);
  proxy.on(/secret/, status(403));
  const { data, failures } = await many(
    ['good', 'nope', 'secret'].map((tag) => `${proxy.host}/me/three:${tag}`),
  );
  expect(failures.map((one) => one?.code)).toEqual([undefined, 'MISSING', 'DENIED']);
  const lines = verifyManyText(data, failures).split('\n');
  expect(lines.map((line) => line.trim().split(' ')[0])).toEqual([
    'verified',
    'missing',
    `${proxy.host}/me/three:nope`,
    'missing',
    'denied',
    proxy.host,
    '3',
  ]);
});

test('what was not asked for before the time was up has no status', async () => {
  proxy.on(/slow/, silence);
  const names = Array.from({ length: 20 }, (_, n) => `${proxy.host}/me/three:slow-${n}`);
  const { data, failure } = await many(names, { timeoutSeconds: 0.5 });
  expect(data.references.map((one) => one.status)).toEqual([
    ...Array(16).fill('unreachable'),
    ...Array(4).fill(null),
  ]);
  expect(data.counts).toEqual({ unreachable: 16 });
  expect(data.references[19]).toMatchObject({ reference: names[19], attempts: 0 });
  expect(failure?.exit).toBe(5);
});

test('nothing to verify', async () => {
  expect((await many([])).data).toMatchObject({ counts: {}, references: [] });
});

test('an index of 10 platforms with 40 layers each', async () => {
  const platforms = Array.from({ length: 10 }, (_, n) => `linux/arm/v${n + 1}`);
  const children = platforms.map((platform) => ({
    image: makeImage({ platform, layers: 40, layerSize: 50 }),
    platform,
  }));
  for (const { image } of children) await putImage(target('me/large'), image);
  await putManifest(target('me/large'), makeIndex(children), 'latest');
  const { data, ms } = await attempt(`${proxy.host}/me/large:latest`, {
    platforms,
    timeoutSeconds: 20,
    registry: { times: {} },
  });
  expect(data).toMatchObject({ status: 'verified', checked: { manifests: 11, blobs: 410 } });
  expect(data.platforms.map(({ platform }) => platform)).toEqual(platforms);
  expect(ms).toBeLessThan(10_000);
});
