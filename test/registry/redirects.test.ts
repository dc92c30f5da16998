import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Authority, makeAuthority } from '../support/certificates.ts';
import { type Fault, type FaultyProxy, redirect, startFaultyProxy, status } from '../support/faulty-proxy.ts';
import { makeImage, putImage } from '../support/image.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { attempt, authFile, type Home, makeHome } from '../support/verifying.ts';

const PASSWORD = 'do-not-tell-51c0';
const image = makeImage({ layers: 2 });

let real: Registry;
let proxy: FaultyProxy;
/** The storage that the registry sends readers of blobs to: another host, with no checks of its own. */
let storage: FaultyProxy;
let home: Home;
let authority: Authority;

beforeAll(async () => {
  authority = makeAuthority();
  real = await startRegistry({ auth: { user: 'me', password: PASSWORD } });
  const headers = { authorization: `Basic ${btoa(`me:${PASSWORD}`)}` };
  await putImage({ url: real.url, path: 'me/app', headers }, image, 'latest');
});
afterAll(async () => {
  authority.remove();
  await real.stop();
});
beforeEach(async () => {
  proxy = await startFaultyProxy({ behind: real.url });
  storage = await startFaultyProxy();
  storage.on(/^(GET|HEAD) \/storage\//, stored);
  home = makeHome({ '.docker/config.json': authFile({ [proxy.host]: `me:${PASSWORD}` }) });
});
afterEach(async () => {
  home.remove();
  await storage.stop();
  await proxy.stop();
});

const blobs = new Map([image.config, ...image.layers].map((b) => [b.descriptor.digest as string, b.bytes]));
const stored: Fault = ({ request, send }) => {
  const body = Buffer.from(blobs.get(decodeURIComponent(request.url?.split(/[/?]/)[2] ?? '')) ?? []);
  send({ status: 200, headers: { 'content-length': body.length }, body });
};
const away =
  (to: () => string, code = 307): Fault =>
  (call) =>
    redirect(`${to()}/storage/${call.request.url?.split('/').at(-1)}?signature=abc`, code)(call);

const run = (options = {}) =>
  attempt(`${proxy.host}/me/app:latest`, { ...options, registry: { home: home.folder } });

const leaked = (...hosts: FaultyProxy[]) =>
  hosts.flatMap(({ seen }) => seen).filter(({ authorization }) => authorization !== undefined);

test.for([301, 302, 303, 307, 308])('%d to another host is followed, without the login', async (code) => {
  proxy.on(
    /blobs/,
    away(() => storage.url, code),
  );
  for (const level of ['blobs', 'bytes']) expect((await run({ level })).data.status).toBe('verified');
  expect(storage.seen.length).toBeGreaterThan(0);
  expect(leaked(storage)).toEqual([]);
});

test('to another port of the same host: the login stays at home', async () => {
  proxy.on(
    /blobs/,
    away(() => `http://localhost:${storage.port}`),
  );
  expect((await run()).data.status).toBe('verified');
  expect(leaked(storage)).toEqual([]);
});

test('back to the registry: the login comes along', async () => {
  proxy.on(/blobs\/sha/, async (call) => {
    if (call.nth === 0) redirect(`${proxy.url}${call.request.url}`)(call);
    else call.send(await call.ask());
  });
  expect((await run()).data.status).toBe('verified');
});

test('storage whose addresses are good for GET alone', async () => {
  proxy.on(
    /blobs/,
    away(() => storage.url),
  );
  storage.on(/^HEAD/, status(403));
  const { data } = await run();
  expect(data.status).toBe('verified');
  expect(storage.seen.map(({ method }) => method)).toContain('GET');
});

test('a blob that the storage has lost', async () => {
  proxy.on(
    /blobs/,
    away(() => storage.url),
  );
  storage.on(new RegExp(image.layers[0]?.descriptor.digest ?? ''), status(404));
  expect((await run()).data).toMatchObject({
    status: 'incomplete',
    missing: [{ role: 'layer', httpStatus: 404 }],
  });
});

test('a storage that redirects on and on', async () => {
  proxy.on(
    /blobs/,
    away(() => storage.url),
  );
  storage.on(/./, (call) => redirect(call.request.url ?? '')(call));
  const { data, failure, ms } = await run();
  expect([data.status, failure?.message]).toEqual([
    'unreachable',
    expect.stringContaining('more than 5 times'),
  ]);
  expect(failure?.message).not.toContain('signature');
  expect(ms).toBeLessThan(1000);
});

test('to something that is no URL, or no web address', async () => {
  for (const location of ['http://[bad', 'file:///etc/passwd']) {
    proxy.on(/blobs/, redirect(location));
    expect((await run()).data.status).toBe('unreachable');
  }
});

test('from https to http: not followed', async () => {
  const secure = await startFaultyProxy({ behind: real.url, tls: authority.issue() });
  secure.on(
    /blobs/,
    away(() => storage.url),
  );
  home.write(`.config/containers/certs.d/${secure.host}/ca.crt`, authority.ca);
  const authfile = home.write('auth.json', authFile({ [secure.host]: `me:${PASSWORD}` }));
  const { data, failure } = await attempt(`${secure.host}/me/app:latest`, {
    registry: { home: home.folder, authfile },
  });
  await secure.stop();
  expect([data.status, failure?.message]).toEqual(['unreachable', expect.stringContaining('not followed')]);
  expect(storage.seen).toEqual([]);
});
