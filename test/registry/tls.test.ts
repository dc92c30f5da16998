import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { certificatesFor } from '../../scripts/registry/certificates.ts';
import { placesOf } from '../../scripts/registry/places.ts';
import { type Authority, makeAuthority, type Pair } from '../support/certificates.ts';
import { type FaultyProxy, startFaultyProxy, status } from '../support/faulty-proxy.ts';
import { makeImage, putImage } from '../support/image.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { attempt, authFile, type Home, makeHome } from '../support/verifying.ts';

let authority: Authority;
let good: Pair;
let real: Registry;
const image = makeImage();

beforeAll(async () => {
  authority = makeAuthority();
  good = authority.issue();
  real = await startRegistry();
  await putImage({ url: real.url, path: 'me/app' }, image, 'latest');
});
afterAll(async () => {
  authority.remove();
  await real.stop();
});

let proxy: FaultyProxy;
let home: Home;
const start = async (tls: Pair & { ca?: string }) => {
  proxy = await startFaultyProxy({ behind: real.url, tls });
  return `${proxy.host}/me/app:latest`;
};
beforeEach(() => {
  home = makeHome();
});
afterEach(async () => {
  home.remove();
  await proxy.stop();
});

test.for([
  [
    'signed by an authority that nobody knows',
    undefined,
    2,
    /not known here/,
    /certs\.d\/127\.0\.0\.1:\d+\/ca\.crt/,
  ],
  ['that has expired', undefined, -1, /has expired/, /clock/],
  ['for another name', 'DNS:elsewhere.example', 2, /another name/, /name that the certificate is for/],
] as const)('a certificate %s', async ([, names, days, why, hint]) => {
  const name = await start(authority.issue(names, days));
  const known = days < 0 || names !== undefined;
  if (known) home.write(`containers/certs.d/${proxy.host}/ca.crt`, authority.ca);
  const { data, failure, exit } = await attempt(name, { registry: { etc: home.folder } });
  expect([data.status, failure?.code, exit]).toEqual(['unreachable', 'TLS_UNTRUSTED', 5]);
  expect(failure?.message).toMatch(why);
  expect(failure?.hint).toMatch(hint);
  // A certificate that is refused never makes it http, and nothing was asked.
  expect(proxy.seen).toEqual([]);
});

test('a certificate signed by itself', async () => {
  const own = await startRegistry({ tls: true });
  proxy = await startFaultyProxy();
  const { failure } = await attempt(`${own.host}/me/app:latest`);
  await own.stop();
  expect([failure?.code, failure?.message]).toEqual([
    'TLS_UNTRUSTED',
    expect.stringContaining('signed by itself'),
  ]);
});

test.for([
  ['podman’s', 'etc', 'containers/certs.d'],
  ['docker’s', 'etc', 'docker/certs.d'],
  ['the user’s', 'home', '.config/containers/certs.d'],
] as const)('an authority in %s certs.d', async ([, root, folder]) => {
  const name = await start(good);
  home.write(`${folder}/${proxy.host}/ca.crt`, authority.ca);
  const { data } = await attempt(name, { registry: { [root]: home.folder } });
  expect(data.status).toBe('verified');
});

test('an authority that the system trusts, and one of NODE_EXTRA_CA_CERTS beside certs.d', async () => {
  const name = await start(good);
  home.write('ssl/certs/ca-certificates.crt', authority.ca);
  expect((await attempt(name, { registry: { etc: home.folder } })).data.status).toBe('verified');
  const extra = home.write('extra.pem', authority.ca);
  const other = makeAuthority();
  home.write(`.config/containers/certs.d/${proxy.host}/ca.crt`, other.ca);
  other.remove();
  const settings = { home: home.folder, env: { NODE_EXTRA_CA_CERTS: extra } };
  expect((await attempt(name, { registry: settings })).data.status).toBe('verified');
});

test('a certificate of our own, where the registry wants one', async () => {
  const name = await start({ ...good, ca: authority.ca });
  const folder = `containers/certs.d/${proxy.host}`;
  home.write(`${folder}/ca.crt`, authority.ca);
  expect((await attempt(name, { registry: { etc: home.folder } })).data.status).toBe('unreachable');
  const mine = authority.issue('DNS:me');
  home.write(`${folder}/client.cert`, mine.cert);
  home.write(`${folder}/client.key`, mine.key);
  expect((await attempt(name, { registry: { etc: home.folder } })).data.status).toBe('verified');
});

describe('a registry that refuses our certificate as it should', () => {
  let server: ChildProcess;
  let host: string;
  let other: Authority;
  beforeAll(() => {
    other = makeAuthority();
  });
  afterAll(() => other.remove());
  beforeEach(async () => {
    proxy = await startFaultyProxy();
    const [cert, key, ca] = [
      home.write('c', good.cert),
      home.write('k', good.key),
      home.write('a', authority.ca),
    ];
    const words = ['-cert', cert, '-key', key, '-CAfile', ca, '-Verify', '1', '-verify_return_error', '-www'];
    server = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', ...words]);
    host = await new Promise<string>((resolve, reject) => {
      server.once('error', reject);
      server.stdout?.on('data', (text) => {
        const port = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(String(text))?.[1];
        if (port) resolve(`127.0.0.1:${port}`);
      });
    });
  });
  afterEach(() => void server.kill());

  test.for([
    ['none', () => ({}), /does not take our certificate.*CERTIFICATE_REQUIRED/],
    ['one of another authority', () => other.issue('DNS:me'), /does not take our certificate.*UNKNOWN_CA/],
    ['one that has expired', () => authority.issue('DNS:me', -1), /does not take our certificate.*EXPIRED/],
    [
      'one with the key of another',
      () => ({ ...authority.issue('DNS:me'), key: good.key }),
      /certificate or key for it is broken/,
    ],
    ['no certificate at all', () => ({ cert: 'x', key: 'y' }), /certificate or key for it is broken/],
  ] as const)('%s', async ([, make, why]) => {
    const folder = `containers/certs.d/${host}`;
    home.write(`${folder}/ca.crt`, authority.ca);
    const { cert, key }: Partial<Pair> = make();
    if (cert && key) {
      home.write(`${folder}/client.cert`, cert);
      home.write(`${folder}/client.key`, key);
    }
    const { failure, exit, progress } = await attempt(`${host}/me/app:latest`, {
      registry: { etc: home.folder },
    });
    expect([failure?.code, exit]).toEqual(['UNREACHABLE', 5]);
    expect(failure?.message).toMatch(why);
    expect(failure?.hint).toContain(`certs.d/${host}`);
    expect(progress).toEqual([]);
  });
});

test('a port that goes without saying may stand in the name of the folder', async () => {
  proxy = await startFaultyProxy();
  home.write('containers/certs.d/registry.example:443/ca.crt', authority.ca);
  const places = placesOf({ home: '/nowhere', etc: home.folder, env: {} });
  expect((await certificatesFor(places, 'registry.example', false)).ca).toContain(authority.ca);
  expect(await certificatesFor(places, 'registry.example:5000', false)).toEqual({});
});

test('--tls-verify=false takes any certificate, and still prefers the login of its own host', async () => {
  const name = await start(authority.issue('DNS:elsewhere.example', -1));
  const authfile = home.write('auth.json', authFile({ [proxy.host]: 'me:pw' }));
  expect((await attempt(name, { registry: { tlsVerify: false, authfile } })).data.status).toBe('verified');
});

test('insecure in registries.conf and in daemon.json does the same', async () => {
  const name = await start(good);
  home.write('containers/registries.conf', `[[registry]]\nlocation = "${proxy.host}"\ninsecure = true\n`);
  expect((await attempt(name, { registry: { etc: home.folder } })).data.status).toBe('verified');
  home.write('containers/registries.conf', '# nothing\n');
  expect((await attempt(name, { registry: { etc: home.folder } })).data.status).toBe('unreachable');
  home.write('docker/daemon.json', JSON.stringify({ 'insecure-registries': [proxy.host] }));
  expect((await attempt(name, { registry: { etc: home.folder } })).data.status).toBe('verified');
});

test('blocked in registries.conf: not asked at all', async () => {
  const name = await start(good);
  home.write(
    'containers/registries.conf.d/x.conf',
    `[[registry]]\nprefix = "${proxy.host}/me"\nblocked = true\n`,
  );
  const { failure, exit } = await attempt(name, { registry: { etc: home.folder } });
  expect([failure?.code, exit, proxy.seen.length]).toEqual(['REGISTRY_BLOCKED', 5, 0]);
  expect(failure?.message).toContain('x.conf');
});

test('a rewrite in registries.conf is told of and not followed', async () => {
  const name = await start(good);
  home.write(`containers/certs.d/${proxy.host}/ca.crt`, authority.ca);
  home.write(
    'containers/registries.conf',
    `[[registry]]\nprefix = "${proxy.host}"\nlocation = "mirror.example/of-it"\n`,
  );
  const { data, warnings } = await attempt(name, { registry: { etc: home.folder } });
  expect(data.status).toBe('verified');
  expect(warnings).toEqual([expect.objectContaining({ code: 'REGISTRY_REWRITTEN' })]);
  expect(warnings[0]?.message).toContain('mirror.example/of-it');
});

test('an https registry that sends logins to an http address', async () => {
  const name = await start(good);
  const spy = await startFaultyProxy();
  spy.on(/./, status(200, {}, '{"token":"x"}'));
  home.write(`containers/certs.d/${proxy.host}/ca.crt`, authority.ca);
  proxy.on(/./, status(401, { 'www-authenticate': `Bearer realm="${spy.url}/token"` }));
  const authfile = home.write('auth.json', authFile({ [proxy.host]: 'me:pw' }));
  const { failure } = await attempt(name, { registry: { etc: home.folder, authfile } });
  expect([failure?.code, failure?.message]).toEqual([
    'UNREACHABLE',
    expect.stringContaining('not encrypted'),
  ]);
  expect(spy.seen).toEqual([]);
  await spy.stop();
});
