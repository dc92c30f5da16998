import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseReference } from '../../scripts/oci/reference.ts';
import { createRegistry } from '../../scripts/registry/index.ts';
import { type FaultyProxy, first, silence, startFaultyProxy, status } from '../support/faulty-proxy.ts';
import { makeImage, putImage } from '../support/image.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { startTokenServer, type TokenServer, type TokenServerOptions } from '../support/token-server.ts';
import { attempt, authFile, type Home, HURRY, makeHome, type Verified } from '../support/verifying.ts';

const PASSWORD = 'pass:word-7f3a';
const TOKEN = 'identity-9c1e';
const image = makeImage({ layers: 3 });

const stops: (() => unknown)[] = [];
let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(async () => {
  home.remove();
  for (const stop of stops.splice(0).reverse()) await stop();
});

describe('a registry that asks for a password', () => {
  let real: Registry;
  let proxy: FaultyProxy;
  let name: string;

  beforeAll(async () => {
    real = await startRegistry({ auth: { user: 'me', password: PASSWORD } });
    const headers = { authorization: `Basic ${btoa(`me:${PASSWORD}`)}` };
    await putImage({ url: real.url, path: 'me/app', headers }, image, 'latest');
  });
  afterAll(() => real.stop());
  beforeEach(async () => {
    proxy = await startFaultyProxy({ behind: real.url });
    stops.push(proxy.stop);
    name = `${proxy.host}/me/app:latest`;
  });

  const mine = (pair = `me:${PASSWORD}`) => authFile({ [proxy.host]: pair });
  const inHome = (env: NodeJS.ProcessEnv = {}) => ({ registry: { home: home.folder, env } });

  test('a login in podman’s file', async () => {
    home.write('.config/containers/auth.json', mine());
    const outcome = await attempt(name, inHome());
    expect(outcome.data.status).toBe('verified');
    expectNoSecret(outcome);
    // The probe of the protocol goes without a login, and nothing is asked in vain.
    expect(proxy.seen[0]).toMatchObject({ method: 'GET', path: '/v2/', authorization: undefined });
    expect(proxy.seen.slice(1).every(({ authorization }) => authorization !== undefined)).toBe(true);
    expect(proxy.seen).toHaveLength(1 + 1 + 1 + 3);
  });

  test('a login in docker’s file, and one in its variable', async () => {
    home.write('.docker/config.json', mine());
    expect((await attempt(name, inHome())).data.status).toBe('verified');
    home.write('.docker/config.json', '{}');
    expect((await attempt(name, inHome())).data.status).toBe('denied');
    expect((await attempt(name, inHome({ DOCKER_AUTH_CONFIG: mine() }))).data.status).toBe('verified');
  });

  test('the second login is tried where the first is refused', async () => {
    home.write('.config/containers/auth.json', mine('me:wrong'));
    home.write('.docker/config.json', mine());
    expect((await attempt(name, inHome())).data.status).toBe('verified');
  });

  test('the login of .env comes last, and only for its own registry', async () => {
    home.write('.config/containers/auth.json', mine('me:wrong'));
    const login = { registry: proxy.host, username: 'me', password: PASSWORD };
    expect((await attempt(name, { registry: { home: home.folder, login } })).data.status).toBe('verified');
    const other = { ...login, registry: 'ghcr.io' };
    expect((await attempt(name, { registry: { home: home.folder, login: other } })).data.status).toBe(
      'denied',
    );
    const sent = proxy.seen.map(({ authorization }) => authorization);
    expect(sent).toContain(`Basic ${btoa('me:wrong')}`);
  });

  test('a wrong password is denied, says which, and is not repeated', async () => {
    const file = home.write('.config/containers/auth.json', mine('me:wrong'));
    const { failure, exit, data } = await attempt(name, inHome());
    expect([data.status, exit, failure?.code]).toEqual(['denied', 5, 'DENIED']);
    expect(failure?.message).toContain(file);
    expect(failure?.next).toBe(`podman login --tls-verify=false ${proxy.host}`);
    expect(proxy.seen).toHaveLength(2);
  });

  test('--anonymous sends no login', async () => {
    home.write('.config/containers/auth.json', mine());
    const outcome = await attempt(name, { registry: { home: home.folder, anonymous: true } });
    expect(outcome.data.status).toBe('denied');
    expect(proxy.seen.some(({ authorization }) => authorization)).toBe(false);
  });

  test('--authfile is looked at alone, and must be there', async () => {
    home.write('.config/containers/auth.json', mine());
    const authfile = home.write('node.json', authFile({ 'elsewhere.example': 'a:b' }));
    const elsewhere = await attempt(name, { registry: { home: home.folder, authfile } });
    expect(elsewhere.data.status).toBe('denied');
    home.write('node.json', mine());
    expect((await attempt(name, { registry: { home: '/nowhere', authfile } })).data.status).toBe('verified');
    for (const file of ['/no/such/file', home.write('bad.json', '{"auths":')]) {
      const { failure, exit } = await attempt(name, { registry: { authfile: file } });
      expect([exit, failure?.code]).toEqual([2, 'FILE_UNREADABLE']);
      expect(failure?.message).toContain(file);
    }
  });

  test.for([
    ['that is not JSON', `{"auths": "${PASSWORD}"`, /is not JSON/],
    ['with a broken entry', '{"auths":{"HOST":{"auth":"bm9jb2xvbg=="}}}', /not base64 of user:password/],
    ['that is a list', '[]', /not a JSON object/],
  ] as const)('an auth file %s', async ([, text, why]) => {
    const file = home.write('.config/containers/auth.json', text.replace('HOST', proxy.host));
    const { data, exit, failure, ...said } = await attempt(name, inHome());
    expect([data.status, exit, failure?.code]).toEqual(['denied', 5, 'CREDENTIALS_UNUSABLE']);
    expect(failure?.message).toContain(file);
    expect(failure?.message).toMatch(why);
    expectNoSecret(said);
  });

  test('a broken entry of another host does no harm', async () => {
    const { auths } = JSON.parse(mine());
    const text = JSON.stringify({ auths: { 'other.example': { auth: 'bm9jb2xvbg==' }, ...auths } });
    home.write('.config/containers/auth.json', text);
    expect((await attempt(name, inHome())).data.status).toBe('verified');
  });

  test('--authfile may be a pipe', async () => {
    const authfile = join(home.folder, 'pipe');
    execFileSync('mkfifo', [authfile]);
    const written = writeFile(authfile, mine());
    const { data } = await attempt(name, { registry: { home: '/nowhere', authfile } });
    await written;
    expect(data.status).toBe('verified');
  });

  test('an auth file that cannot be read', async () => {
    home.write('.config/containers/auth.json/in-its-place', '');
    const { failure } = await attempt(name, inHome());
    expect(failure?.message).toMatch(/auth\.json cannot be read \(EISDIR\)/);
  });

  describe('and a credential helper', () => {
    const helper = (script: string, name = 'test') => {
      home.write(`bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`, 0o755);
      home.write('.docker/config.json', JSON.stringify({ credHelpers: { [proxy.host]: name } }));
      return { registry: { home: home.folder, env: { PATH: `${home.folder}/bin:${process.env.PATH}` } } };
    };
    const printing = (json: object) => `cat >/dev/null; echo '${JSON.stringify(json)}'`;

    test('works', async () => {
      const options = helper(printing({ ServerURL: 'x', Username: 'me', Secret: PASSWORD }));
      const outcome = await attempt(name, options);
      expect(outcome.data.status).toBe('verified');
      expectNoSecret(outcome);
    });

    test.for([
      ['hangs', 'sleep 60', /did not answer within/],
      ['crashes', 'kill -SEGV $$', /failed/],
      ['fails', `echo ${PASSWORD} >&2; exit 3`, /exit 3/],
      ['prints rubbish', `echo '${PASSWORD}'`, /not JSON/],
      ['prints other JSON', 'echo "[]"', /without Username and Secret/],
    ] as const)('%s', async ([, script, why]) => {
      const outcome = await attempt(name, helper(script));
      expect([outcome.data.status, outcome.failure?.code]).toEqual(['denied', 'CREDENTIALS_UNUSABLE']);
      expect(outcome.failure?.message).toMatch(why);
      expect(outcome.ms).toBeLessThan(2000);
      expect(outcome.warnings.map(({ code }) => code)).toEqual(['CREDENTIALS_UNUSABLE']);
      expectNoSecret(outcome);
    });

    test('hangs longer than the deadline: it is named', async () => {
      const options = helper('exec sleep 60');
      const outcome = await attempt(name, {
        timeoutSeconds: 0.5,
        registry: { ...options.registry, times: { ...HURRY, helper: 20_000 } },
      });
      expect([outcome.data.status, outcome.failure?.code]).toEqual(['denied', 'CREDENTIALS_UNUSABLE']);
      expect(outcome.failure?.message).toContain('docker-credential-test did not answer in time');
      expect(outcome.ms).toBeLessThan(1500);
    });

    test('hangs, and Ctrl-C ends it', async () => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 300);
      const options = helper('exec sleep 60');
      const { failure, ms } = await attempt(name, {
        signal: stop.signal,
        registry: { ...options.registry, times: { ...HURRY, helper: 20_000 } },
      });
      expect(failure?.code).toBe('INTERRUPTED');
      expect(ms).toBeLessThan(1500);
    });

    test('is not there', async () => {
      const options = helper('true');
      home.write('.docker/config.json', JSON.stringify({ credsStore: 'absent' }));
      const { failure } = await attempt(name, options);
      expect(failure?.message).toContain('docker-credential-absent is not on PATH');
    });

    test('has a name that leads elsewhere', async () => {
      const options = helper('true');
      home.write('.docker/config.json', JSON.stringify({ credsStore: '../../evil' }));
      expect((await attempt(name, options)).failure?.message).toContain('no name of a credential helper');
    });

    test('knows nothing: then there is no login, and nothing is broken', async () => {
      const { failure } = await attempt(
        name,
        helper('echo credentials not found in native keychain; exit 1'),
      );
      expect(failure?.code).toBe('DENIED');
    });
  });

  test('probePush: allowed with a login, denied without', async () => {
    const file = home.write('auth.json', mine());
    const ports = {
      signal: new AbortController().signal,
      now: () => new Date(),
      secrets: { add() {}, mask: String },
    };
    const { repository } = parseReference(name);
    for (const authfile of [file, home.write('none.json', '{}')]) {
      const registry = createRegistry({ ports, home: '/nowhere', env: {}, authfile, times: HURRY });
      const probe = registry.probePush(repository);
      if (authfile === file) await probe;
      else await expect(probe).rejects.toMatchObject({ code: 'DENIED' });
      registry.close();
    }
    expect(proxy.seen.map(({ method }) => method)).toEqual(['GET', 'POST', 'DELETE', 'GET', 'POST']);
  });
});

describe('a registry that asks for a token', () => {
  async function setUp(options: TokenServerOptions = {}) {
    const tokens = await startTokenServer(options);
    const real = await startRegistry({ token: tokens.settings });
    const headers = { authorization: `Bearer ${tokens.sign('repository:me/app:pull,push')}` };
    await putImage({ url: real.url, path: 'me/app', headers }, image, 'latest');
    const proxy = await startFaultyProxy({ behind: real.url });
    stops.push(tokens.stop, () => real.stop(), proxy.stop);
    return { tokens, proxy, name: `${proxy.host}/me/app:latest` };
  }
  const asked = ({ server }: TokenServer) => server.seen.length;

  test('one token for all requests, without a login for a public image', async () => {
    const { tokens, proxy, name } = await setUp();
    expect((await attempt(name)).data.status).toBe('verified');
    expect(asked(tokens)).toBe(1);
    expect(tokens.server.seen[0]?.path).toMatch(/service=test-service&scope=repository%3Ame%2Fapp%3Apull$/);
    expect(tokens.server.seen[0]?.authorization).toBeUndefined();
    expect(proxy.seen.slice(1).every(({ authorization }) => authorization?.startsWith('Bearer '))).toBe(true);
  });

  test('the password goes to the token server, the token to the registry', async () => {
    const { tokens, proxy, name } = await setUp({ login: `me:${PASSWORD}` });
    home.write('.docker/config.json', authFile({ [proxy.host]: `me:${PASSWORD}` }));
    const outcome = await attempt(name, { registry: { home: home.folder } });
    expect(outcome.data.status).toBe('verified');
    expect(tokens.server.seen.map(({ authorization }) => authorization)).toEqual([
      `Basic ${btoa(`me:${PASSWORD}`)}`,
    ]);
    expect(proxy.seen.some(({ authorization }) => authorization?.startsWith('Basic'))).toBe(false);
    expectNoSecret(outcome);
  });

  test('an identity token, in OAuth2’s form and without it', async () => {
    const { tokens, proxy, name } = await setUp({ identityToken: TOKEN, login: `me:${TOKEN}` });
    const entry = { auth: btoa('me:'), identitytoken: TOKEN };
    home.write('.docker/config.json', JSON.stringify({ auths: { [proxy.host]: entry } }));
    const outcome = await attempt(name, { registry: { home: home.folder } });
    expect(outcome.data.status).toBe('verified');
    expect(tokens.server.seen.map(({ method }) => method)).toEqual(['POST']);
    expectNoSecret(outcome);
    tokens.server.on(/^POST/, status(404));
    expect((await attempt(name, { registry: { home: home.folder } })).data.status).toBe('verified');
    expect(tokens.server.seen.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET']);
  });

  test('a token that has expired is renewed once', async () => {
    const { tokens, proxy, name } = await setUp();
    proxy.on(/^HEAD/, first(1, status(401, { 'www-authenticate': challenge(tokens) })));
    expect((await attempt(name)).data.status).toBe('verified');
    expect(asked(tokens)).toBe(2);
  });

  test('tokens that are never good enough: no loop', async () => {
    const { tokens, proxy, name } = await setUp();
    proxy.on(/manifests/, status(401, { 'www-authenticate': challenge(tokens) }));
    const outcome = await attempt(name);
    expect(outcome.data.status).toBe('denied');
    expect(asked(tokens)).toBe(1);
    expect(proxy.seen.length).toBeLessThan(4);
  });

  test('a token server that refuses the password', async () => {
    const { tokens, proxy, name } = await setUp({ login: `me:${PASSWORD}` });
    home.write('.docker/config.json', authFile({ [proxy.host]: 'me:wrong' }));
    const { data, failure } = await attempt(name, { registry: { home: home.folder } });
    expect([data.status, failure?.code]).toEqual(['denied', 'DENIED']);
    expect(failure?.message).toContain('incorrect username or password');
    expect(failure?.message).toContain(`with the login of ${home.folder}/.docker/config.json`);
    expect(asked(tokens)).toBe(1);
  });

  test.for([
    ['is down', null, 'UNREACHABLE', /connection refused/],
    ['is slow', silence, 'UNREACHABLE', /no answer/],
    ['fails', status(503), 'UNREACHABLE', /503/],
    ['sends no JSON', status(200, {}, '<html>'), 'UNREACHABLE', /not JSON/],
    ['sends no token', status(200, {}, '{}'), 'UNREACHABLE', /without a token/],
    [
      'sends a token that would split the header',
      status(200, {}, '{"token":"a\\r\\nb"}'),
      'UNREACHABLE',
      /without a token/,
    ],
    ['sends a megabyte', status(200, {}, ' '.repeat(1e6)), 'UNREACHABLE', /64 KiB/],
    ['sends a token of its own making', status(200, {}, '{"token":"abc"}'), 'DENIED', /401/],
  ] as const)('a token server that %s', async ([, fault, code, why]) => {
    const { tokens, name } = await setUp();
    if (fault) tokens.server.on(/./, fault);
    else await tokens.server.stop();
    const { failure, exit, ms } = await attempt(name, { timeoutSeconds: 2 });
    expect([failure?.code, exit]).toEqual([code, 5]);
    expect(failure?.message).toMatch(why);
    expect(ms).toBeLessThan(2500);
  });

  test('a token server that fails twice', async () => {
    const { tokens, name } = await setUp();
    const token = JSON.stringify({ token: tokens.sign('repository:me/app:pull') });
    tokens.server.on(/./, ({ nth, send }) => send(nth < 2 ? { status: 503 } : { body: Buffer.from(token) }));
    expect((await attempt(name)).data.status).toBe('verified');
    expect(asked(tokens)).toBe(3);
  });

  test('our clock off by an hour does not matter; the token server’s is named', async () => {
    const { tokens, name } = await setUp();
    for (const hours of [-1, 1]) {
      const now = () => new Date(Date.now() + hours * 3_600_000);
      expect((await attempt(name, { now })).data.status).toBe('verified');
    }
    tokens.shift(-3600);
    const now = () => new Date(Date.now() - 3_600_000);
    const { failure } = await attempt(name, { now });
    expect(failure?.code).toBe('DENIED');
    expect(failure?.hint).toContain('clock is off by 60 minutes');
  });

  test.for([
    ['ftp://127.0.0.1/token', /no web address/],
    ['nonsense', /no URL/],
  ] as const)('a realm of %s', async ([realm, why]) => {
    const { proxy, name } = await setUp();
    proxy.on(/manifests/, status(401, { 'www-authenticate': `Bearer realm="${realm}"` }));
    proxy.on(/^GET \/v2\/$/, status(200));
    expect((await attempt(name)).failure?.message).toMatch(why);
  });

  const challenge = ({ settings }: TokenServer) =>
    `Bearer realm="${settings.realm}",service="${settings.service}",scope="repository:me/app:pull",error="invalid_token"`;
});

function expectNoSecret(said: Partial<Verified>): void {
  const text = said.everything ?? JSON.stringify(said);
  for (const secret of [PASSWORD, TOKEN, btoa(`me:${PASSWORD}`)]) expect(text).not.toContain(secret);
}
