import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../scripts/errors.ts';
import { createRegistry } from '../../scripts/registry/index.ts';
import type { VerifyStatus } from '../../scripts/results.ts';
import {
  altered,
  during,
  endless,
  type Fault,
  type FaultyProxy,
  first,
  halfBody,
  notThere,
  reset,
  resetAfterHeaders,
  silence,
  slowLoris,
  startFaultyProxy,
  status,
  switching,
} from '../support/faulty-proxy.ts';
import { makeImage, makeIndex, putImage, putManifest } from '../support/image.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { type Attempt, attempt, HURRY } from '../support/verifying.ts';

const [amd, arm] = [makeImage({ layers: 3 }), makeImage({ platform: 'linux/arm64' })];
const index = makeIndex([
  { image: amd, platform: 'linux/amd64' },
  { image: arm, platform: 'linux/arm64' },
]);
const { digest } = index.descriptor;
const child = arm.manifest.descriptor.digest;
const layer = amd.layers[1]?.descriptor.digest ?? '';
const config = arm.config.descriptor.digest;

let real: Registry;
let proxy: FaultyProxy;

beforeAll(async () => {
  real = await startRegistry();
  const target = { url: real.url, path: 'me/app' };
  await putImage(target, amd);
  await putImage(target, arm);
  await putManifest(target, index, 'latest');
});
afterAll(() => real.stop());
beforeEach(async () => {
  proxy = await startFaultyProxy({ behind: real.url });
});
afterEach(() => proxy.stop());

const name = () => `${proxy.host}/me/app@${digest}`;
const INDEX = new RegExp(`^GET .*/manifests/${digest}`);
const CHILD = new RegExp(`^GET .*/manifests/${child}`);
const LAYER = new RegExp(`^(HEAD|GET) .*/blobs/${layer}`);
const LAYER_HEAD = new RegExp(`^HEAD .*/blobs/${layer}`);
const CONFIG = new RegExp(`^GET .*/blobs/${config}`);
const MANIFEST = /^GET .*\/manifests\//;

interface Row {
  readonly fault: string;
  readonly on: RegExp;
  readonly meets: Fault;
  readonly with?: Attempt;
  readonly status: VerifyStatus;
  readonly code?: ErrorCode;
  /** In the message or the hint of the failure. */
  readonly says?: RegExp;
  /** Milliseconds at most. */
  readonly within?: number;
  /** Requests that met `on`, exactly. */
  readonly asks?: number;
}

const garbled = altered(({ body }) => ({ body: Buffer.concat([body.subarray(0, -1), Buffer.from(' ')]) }));
const longer = altered(({ headers }) => ({
  headers: { ...headers, 'content-length': String(Number(headers['content-length']) + 1) },
}));
const unsized = altered(({ headers: { 'content-length': _, ...headers } }) => ({ headers }));
const header = (value: string | undefined) =>
  altered(({ headers: { 'docker-content-digest': _, ...kept } }) => ({
    headers: value === undefined ? kept : { ...kept, 'docker-content-digest': value },
  }));
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();
const TOO_MANY = '{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}';

const rows: Row[] = [
  // lag
  {
    fault: 'lag on the manifest',
    on: INDEX,
    meets: during(400, notThere),
    with: { ownPush: true },
    status: 'verified',
  },
  {
    fault: 'lag on a child',
    on: CHILD,
    meets: during(400, notThere),
    with: { ownPush: true },
    status: 'verified',
  },
  {
    fault: 'lag on a config',
    on: CONFIG,
    meets: during(400, notThere),
    with: { ownPush: true },
    status: 'verified',
  },
  {
    fault: 'lag on a layer',
    on: LAYER,
    meets: during(400, notThere),
    with: { ownPush: true },
    status: 'verified',
  },
  {
    fault: 'lag of somebody else, with --wait',
    on: CHILD,
    meets: during(400, notThere),
    with: { waitSeconds: 3 },
    status: 'verified',
  },
  {
    fault: 'lag of somebody else',
    on: INDEX,
    meets: during(400, notThere),
    status: 'missing',
    code: 'MISSING',
    asks: 1,
    within: 1000,
  },
  {
    fault: '404 for ever after our push',
    on: INDEX,
    meets: notThere,
    with: { ownPush: true, timeoutSeconds: 1 },
    status: 'pending',
    code: 'PENDING',
    within: 1500,
  },
  {
    fault: '404 for ever of a layer after our push',
    on: LAYER,
    meets: notThere,
    with: { ownPush: true, timeoutSeconds: 1 },
    status: 'pending',
    code: 'PENDING',
    says: /layer sha256/,
    within: 1500,
  },
  {
    fault: '404 for ever with --wait',
    on: INDEX,
    meets: notThere,
    with: { waitSeconds: 0.6 },
    status: 'missing',
    code: 'MISSING',
    within: 1500,
  },
  // what is lost
  { fault: 'a manifest lost', on: INDEX, meets: notThere, status: 'missing', code: 'MISSING', asks: 1 },
  {
    fault: 'a child lost',
    on: CHILD,
    meets: notThere,
    status: 'incomplete',
    code: 'INCOMPLETE',
    says: /manifest .* linux\/arm64/,
    asks: 1,
  },
  {
    fault: 'a config lost',
    on: CONFIG,
    meets: status(404),
    status: 'incomplete',
    code: 'INCOMPLETE',
    says: /config/,
  },
  {
    fault: 'a layer lost',
    on: LAYER,
    meets: status(404),
    status: 'incomplete',
    code: 'INCOMPLETE',
    says: /layer .* linux\/amd64/,
    asks: 1,
  },
  {
    fault: 'a layer of the wrong size',
    on: LAYER,
    meets: longer,
    status: 'incomplete',
    code: 'INCOMPLETE',
    says: /wrong size/,
  },
  {
    fault: 'a HEAD without Content-Length, and the right size',
    on: LAYER_HEAD,
    meets: unsized,
    status: 'verified',
  },
  {
    fault: 'a HEAD without Content-Length, and the wrong size',
    on: LAYER,
    meets: (call) =>
      call.request.method === 'HEAD'
        ? unsized(call)
        : status(206, { 'content-range': 'bytes 0-0/999999', 'content-length': '1' }, 'x')(call),
    status: 'incomplete',
    code: 'INCOMPLETE',
    says: /wrong size/,
    asks: 2,
  },
  {
    fault: 'a layer of the wrong size after our push',
    on: LAYER,
    meets: longer,
    with: { ownPush: true },
    status: 'incomplete',
    code: 'INCOMPLETE',
    within: 1000,
  },
  // what lies
  {
    fault: 'a manifest altered by one byte',
    on: INDEX,
    meets: garbled,
    status: 'mismatch',
    code: 'MISMATCH',
    says: /attack|proxy/,
    asks: 1,
  },
  {
    fault: 'a child altered by one byte',
    on: CHILD,
    meets: garbled,
    status: 'mismatch',
    code: 'MISMATCH',
    asks: 1,
  },
  {
    fault: 'a config altered by one byte',
    on: CONFIG,
    meets: garbled,
    status: 'mismatch',
    code: 'MISMATCH',
    asks: 1,
  },
  {
    fault: 'a layer altered by one byte, at level bytes',
    on: LAYER,
    meets: garbled,
    with: { level: 'bytes' },
    status: 'mismatch',
    code: 'MISMATCH',
  },
  {
    fault: 'a wrong Docker-Content-Digest',
    on: INDEX,
    meets: header(`sha256:${'0'.repeat(64)}`),
    status: 'verified',
  },
  { fault: 'no Docker-Content-Digest', on: MANIFEST, meets: header(undefined), status: 'verified' },
  {
    fault: 'a login page with 200',
    on: INDEX,
    meets: status(200, { 'content-type': 'text/html' }, '<html>'),
    status: 'mismatch',
    code: 'MISMATCH',
  },
  {
    fault: 'a manifest of 2 GB',
    on: INDEX,
    meets: status(200, { 'content-length': String(2 ** 31) }),
    status: 'mismatch',
    code: 'MISMATCH',
    within: 1000,
    asks: 1,
  },
  {
    fault: 'a manifest without end, fast',
    on: INDEX,
    meets: endless(1 << 20, 1),
    status: 'mismatch',
    code: 'MISMATCH',
    within: 3000,
  },
  {
    fault: 'a layer without end, at level bytes',
    on: LAYER,
    meets: endless(1 << 20, 1),
    with: { level: 'bytes' },
    status: 'mismatch',
    code: 'MISMATCH',
    within: 3000,
  },
  // refusals
  {
    fault: '401 without a challenge',
    on: INDEX,
    meets: status(401),
    status: 'denied',
    code: 'DENIED',
    asks: 1,
  },
  {
    fault: '401 in a loop',
    on: INDEX,
    meets: status(401, { 'www-authenticate': 'Basic realm="x"' }),
    status: 'denied',
    code: 'DENIED',
    asks: 2,
  },
  {
    fault: '403',
    on: INDEX,
    meets: status(403, {}, '{"errors":[{"code":"DENIED","message":"requested access is denied"}]}'),
    status: 'denied',
    code: 'DENIED',
    says: /requested access is denied/,
    asks: 1,
  },
  { fault: '403 of one layer', on: LAYER, meets: status(403), status: 'denied', code: 'DENIED' },
  // passing trouble
  {
    fault: '429 with seconds',
    on: INDEX,
    meets: first(1, status(429, { 'retry-after': '1' }, TOO_MANY)),
    status: 'verified',
    asks: 2,
  },
  {
    fault: '429 with a date',
    on: INDEX,
    meets: first(1, (call) =>
      status(429, { date: inSeconds(0), 'retry-after': inSeconds(1) }, TOO_MANY)(call),
    ),
    status: 'verified',
    asks: 2,
  },
  {
    fault: '429 for ever',
    on: INDEX,
    meets: status(429, {}, TOO_MANY),
    status: 'unreachable',
    code: 'RATE_LIMITED',
    says: /slow down/,
    asks: 10,
  },
  {
    fault: '429 with a wait beyond the deadline',
    on: INDEX,
    meets: status(429, { 'retry-after': '3600' }, TOO_MANY),
    with: { timeoutSeconds: 1 },
    status: 'unreachable',
    code: 'RATE_LIMITED',
    within: 1500,
  },
  ...[408, 499, 500, 502, 503, 504, 522].flatMap((code): Row[] => [
    { fault: `${code} twice`, on: INDEX, meets: first(2, status(code)), status: 'verified', asks: 3 },
    {
      fault: `${code} for ever`,
      on: CHILD,
      meets: status(code),
      status: 'unreachable',
      code: 'UNREACHABLE',
      says: new RegExp(`${code}`),
      // once more, after it was seen that no config or layer has this digest
      asks: code === 500 ? 11 : 10,
    },
  ]),
  { fault: '418', on: INDEX, meets: status(418), status: 'unreachable', code: 'UNREACHABLE', asks: 1 },
  {
    fault: 'resets for a while after our push',
    on: LAYER,
    meets: during(1_000, reset),
    with: { ownPush: true },
    status: 'verified',
  },
  {
    fault: 'resets for a while, with --wait',
    on: INDEX,
    meets: during(1_000, reset),
    with: { waitSeconds: 5 },
    status: 'verified',
  },
  {
    fault: 'resets for ever after our push',
    on: INDEX,
    meets: reset,
    with: { ownPush: true, timeoutSeconds: 1 },
    status: 'unreachable',
    code: 'UNREACHABLE',
    says: /connection broke/,
    within: 1500,
  },
  { fault: '101 once', on: INDEX, meets: first(1, switching), status: 'verified', asks: 2 },
  { fault: '101 for ever', on: INDEX, meets: switching, status: 'unreachable', code: 'UNREACHABLE', asks: 6 },
  // broken connections
  { fault: 'a reset', on: INDEX, meets: first(2, reset), status: 'verified', asks: 3 },
  { fault: 'a reset of the first request', on: /^GET \/v2\/$/, meets: first(1, reset), status: 'verified' },
  {
    fault: 'a reset for ever',
    on: LAYER,
    meets: reset,
    status: 'unreachable',
    code: 'UNREACHABLE',
    says: /connection broke/,
    asks: 6,
  },
  {
    fault: 'a reset after the headers',
    on: INDEX,
    meets: first(1, resetAfterHeaders),
    status: 'verified',
    asks: 2,
  },
  { fault: 'half a body', on: CHILD, meets: first(1, halfBody), status: 'verified', asks: 2 },
  { fault: 'half a body for ever', on: CHILD, meets: halfBody, status: 'unreachable', code: 'UNREACHABLE' },
  {
    fault: 'half a layer, at level bytes',
    on: LAYER,
    meets: first(1, halfBody),
    with: { level: 'bytes' },
    status: 'verified',
  },
  { fault: 'no answer', on: INDEX, meets: first(1, silence), status: 'verified', within: 3000, asks: 2 },
  {
    fault: 'no answer, ever',
    on: INDEX,
    meets: silence,
    with: { timeoutSeconds: 1 },
    status: 'unreachable',
    code: 'UNREACHABLE',
    within: 1500,
  },
  {
    fault: 'slow-loris',
    on: INDEX,
    meets: slowLoris,
    with: { timeoutSeconds: 1 },
    status: 'unreachable',
    code: 'UNREACHABLE',
    within: 1500,
  },
  {
    fault: 'slow-loris once',
    on: INDEX,
    meets: first(1, slowLoris),
    status: 'verified',
    within: 3000,
    asks: 2,
  },
  {
    fault: 'a manifest without end, slow',
    on: INDEX,
    meets: endless(1, 50),
    with: { timeoutSeconds: 1 },
    status: 'unreachable',
    code: 'UNREACHABLE',
    within: 1500,
  },
];

describe('each fault, against a real registry behind a proxy that makes it', () => {
  test.for(rows)('$fault: $status', async (row) => {
    proxy.on(row.on, row.meets);
    const outcome = await attempt(name(), row.with);
    expect(outcome.data.status, outcome.failure?.message).toBe(row.status);
    expect(outcome.failure?.code).toBe(row.code);
    expect(outcome.ms).toBeLessThan(row.within ?? 10_000);
    expect(`${outcome.failure?.message} ${outcome.failure?.hint}`).toMatch(row.says ?? /./);
    if (row.asks !== undefined) {
      const asks = proxy.seen.filter(({ method, path }) => row.on.test(`${method} ${path}`));
      expect(asks).toHaveLength(row.asks);
    }
    expect(outcome.data.reference).toContain(digest);
  });

  test('the exit status of each verdict', async () => {
    const exits: Record<string, number> = {};
    for (const [verdict, fault, options] of [
      ['verified', first(0, notThere), {}],
      ['missing', notThere, {}],
      ['pending', notThere, { ownPush: true, timeoutSeconds: 0.3 }],
      ['mismatch', garbled, {}],
      ['denied', status(403), {}],
      ['unreachable', status(500), {}],
    ] as const) {
      proxy.on(INDEX, fault);
      const { data, exit } = await attempt(name(), options);
      expect(data.status).toBe(verdict);
      exits[verdict] = exit;
    }
    expect(exits).toEqual({ verified: 0, missing: 7, pending: 7, mismatch: 7, denied: 5, unreachable: 5 });
  });

  test('waiting is shown, and counted in attempts', async () => {
    proxy.on(CHILD, first(3, notThere));
    const { data, progress } = await attempt(name(), { ownPush: true });
    expect(data.attempts).toBe(4);
    expect(progress).toEqual([expect.stringContaining(`waiting for the registry to show manifest ${child}`)]);
  });

  test('a wrong Docker-Content-Digest is told of', async () => {
    proxy.on(INDEX, header(`sha256:${'0'.repeat(64)}`));
    const { warnings } = await attempt(name());
    expect(warnings.map(({ code }) => code)).toEqual(['DIGEST_HEADER_WRONG']);
  });

  test('what headers say is shown in one line without control characters', async () => {
    proxy.on(INDEX, header('sha256:\u009b2Jx'));
    const { warnings } = await attempt(name());
    expect(warnings[0]?.message).toContain('Docker-Content-Digest sha256: 2Jx of');
    proxy.on(MANIFEST, status(200, { 'content-type': 'text/\u009bhtml' }, '<html>'));
    const { failure } = await attempt(`${proxy.host}/me/app:latest`);
    expect(failure?.message).toContain('(text/ html)');
  });

  describe('an attestation that cannot be had', () => {
    const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' };
    const attestation = makeImage({ platform: 'unknown/unknown' });
    const attested = makeIndex([
      { image: amd, platform: 'linux/amd64' },
      { image: attestation, platform: 'unknown/unknown', annotations },
    ]);
    const lost = new RegExp(`^GET .*/manifests/${attestation.manifest.descriptor.digest}`);
    const asks = () => proxy.seen.filter(({ method, path }) => lost.test(`${method} ${path}`)).length;
    beforeAll(async () => {
      const target = { url: real.url, path: 'me/app' };
      await putImage(target, attestation);
      await putManifest(target, attested, 'attested');
    });

    test.for([
      [403, 1],
      [503, 3],
    ] as const)('%d is a warning', async ([code, times]) => {
      proxy.on(lost, status(code));
      const { data, exit, warnings } = await attempt(`${proxy.host}/me/app:attested`);
      expect([data.status, exit, asks()]).toEqual(['verified', 0, times]);
      expect(warnings.map((one) => one.code)).toEqual(['ATTESTATION_MISSING']);
      expect(warnings[0]?.message).toContain(String(code));
    });

    test('bytes that lie are no small matter', async () => {
      proxy.on(lost, garbled);
      expect((await attempt(`${proxy.host}/me/app:attested`)).data.status).toBe('mismatch');
    });

    test('the deadline still ends all', async () => {
      proxy.on(lost, silence);
      const { data, ms } = await attempt(`${proxy.host}/me/app:attested`, { timeoutSeconds: 0.5 });
      expect(data.status).toBe('unreachable');
      expect(ms).toBeLessThan(1500);
    });
  });

  test('by tag, a page that is no manifest is no registry', async () => {
    proxy.on(MANIFEST, status(200, { 'content-type': 'text/html' }, '<html>'));
    const { data, failure } = await attempt(`${proxy.host}/me/app:latest`);
    expect([data.status, failure?.message]).toEqual(['unreachable', expect.stringContaining('text/html')]);
  });

  const artifact = 'application/vnd.oci.artifact.manifest.v1+json';
  const sha512 = { digest: `sha512:${'a'.repeat(128)}`, size: 1 };
  test.for([
    [{ mediaType: artifact, blobs: [] }, 'neither config and layers nor manifests'],
    [{ schemaVersion: 2, config: amd.config.descriptor, layers: [sha512] }, 'no sha256 digest'],
    [{ schemaVersion: 1, fsLayers: [] }, 'schema 1'],
  ] as const)('by tag, a manifest of another kind is told from a page: %j', async ([json, why]) => {
    proxy.on(MANIFEST, status(200, { 'content-type': artifact }, JSON.stringify(json)));
    const { data, failure, exit } = await attempt(`${proxy.host}/me/app:latest`);
    expect([data.status, failure?.code, exit]).toEqual(['incomplete', 'INCOMPLETE', 7]);
    expect(failure?.message).toContain(why);
  });

  test('by tag, JSON that is no manifest at all is no registry', async () => {
    proxy.on(MANIFEST, status(200, { 'content-type': 'application/json' }, '{"login":"here"}'));
    expect((await attempt(`${proxy.host}/me/app:latest`)).data.status).toBe('unreachable');
  });

  test('Ctrl-C ends it at once, with nothing left open', async () => {
    proxy.on(LAYER, silence);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 150);
    const { failure, ms, data } = await attempt(name(), {
      signal: stop.signal,
      registry: { times: { ...HURRY, headers: 9e4, idle: 9e4 } },
    });
    expect([failure?.code, failure?.exit, data.status]).toEqual(['INTERRUPTED', 130, null]);
    expect(ms).toBeLessThan(1000);
    await expect.poll(() => proxy.open()).toBe(0);
  });

  test('a try that took long is told of, however soon the next one comes', async () => {
    const said: string[] = [];
    proxy.on(INDEX, first(1, silence));
    const { signal } = new AbortController();
    const registry = createRegistry({
      ports: {
        signal,
        now: () => new Date(),
        secrets: { add: () => {}, mask: String },
        progress: (line) => said.push(line),
      },
      env: {},
      home: '/nowhere',
      etc: '/nowhere',
      times: { ...HURRY, headers: 1_100, idle: 1_100 },
    });
    await registry.manifest({ registry: proxy.host, path: 'me/app' }, digest);
    registry.close();
    expect(said).toEqual([expect.stringMatching(/no answer in time; asking again$/)]);
  });

  test('a connection is used again after the HEAD of a large layer', async () => {
    const large = makeImage({ layers: 40, layerSize: 100_000 });
    await putImage({ url: real.url, path: 'me/large' }, large, 'latest');
    const { data } = await attempt(`${proxy.host}/me/large:latest`);
    expect(data).toMatchObject({ status: 'verified', checked: { blobs: 41 } });
    expect(proxy.made()).toBeLessThanOrEqual(11);
  });

  test('what is known so far is told of a failure, too', async () => {
    proxy.on(LAYER, status(403));
    const { data } = await attempt(name());
    expect(data.checked.manifests).toBeGreaterThanOrEqual(1);
    expect(data.reference).toBe(name());
  });

  test('an address where nothing listens', async () => {
    const { host } = proxy;
    await proxy.stop();
    const outcome = await attempt(`${host}/me/app:latest`);
    expect([outcome.data.status, outcome.exit]).toEqual(['unreachable', 5]);
    expect(outcome.failure?.message).toContain('connection refused');
    expect(outcome.ms).toBeLessThan(1000);
  });

  test('a name that does not exist', async () => {
    const outcome = await attempt('no-such-host.invalid/me/app:latest');
    expect([outcome.data.status, outcome.exit]).toEqual(['unreachable', 5]);
    expect(outcome.failure?.message).toContain('DNS');
  });
});
