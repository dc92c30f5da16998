import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { proxyFor } from '../../scripts/registry/proxy.ts';
import { type Authority, makeAuthority } from '../support/certificates.ts';
import { type ConnectProxy, startConnectProxy } from '../support/connect-proxy.ts';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts';
import { makeImage, putImage } from '../support/image.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { attempt, HURRY, makeHome } from '../support/verifying.ts';

const P = 'http://proxy:3128/';

test.for([
  ['https://ghcr.io/', { HTTPS_PROXY: 'http://proxy:3128' }, P],
  ['https://ghcr.io/', { https_proxy: 'proxy:3128' }, P],
  ['https://ghcr.io/', { HTTP_PROXY: 'http://proxy:3128' }, undefined],
  ['http://ghcr.io/', { HTTP_PROXY: 'http://proxy:3128' }, P],
  ['https://ghcr.io/', { HTTPS_PROXY: '' }, undefined],
  ['https://ghcr.io/', { HTTPS_PROXY: 'http://[bad' }, undefined],
  ['https://localhost:5000/', { HTTPS_PROXY: P }, undefined],
  ['https://127.0.0.1:5000/', { HTTPS_PROXY: P }, undefined],
  ['https://[::1]:5000/', { HTTPS_PROXY: P }, undefined],
  ['https://ghcr.io/', { HTTPS_PROXY: P, NO_PROXY: '*' }, undefined],
  ['https://ghcr.io/', { HTTPS_PROXY: P, NO_PROXY: 'example.com, ghcr.io' }, undefined],
  ['https://r.corp.example/', { HTTPS_PROXY: P, NO_PROXY: 'corp.example' }, undefined],
  ['https://r.corp.example/', { HTTPS_PROXY: P, no_proxy: '.corp.example' }, undefined],
  ['https://r.corp.example/', { HTTPS_PROXY: P, NO_PROXY: '*.corp.example' }, undefined],
  ['https://xcorp.example/', { HTTPS_PROXY: P, NO_PROXY: 'corp.example' }, P],
  ['https://ghcr.io:8443/', { HTTPS_PROXY: P, NO_PROXY: 'ghcr.io:443' }, P],
  ['https://ghcr.io/', { HTTPS_PROXY: P, NO_PROXY: 'ghcr.io:443' }, undefined],
  ['https://10.1.2.3:5000/', { HTTPS_PROXY: P, NO_PROXY: '10.0.0.0/8' }, undefined],
  ['https://11.1.2.3:5000/', { HTTPS_PROXY: P, NO_PROXY: '10.0.0.0/8' }, P],
  ['https://[fd00::1]/', { HTTPS_PROXY: P, NO_PROXY: 'fd00::/8' }, undefined],
  ['https://[fd00::1]/', { HTTPS_PROXY: P, NO_PROXY: 'fd00::1' }, undefined],
  ['https://10.1.2.3/', { HTTPS_PROXY: P, NO_PROXY: '10.0.0.0/99, /8' }, P],
] as const)('%s with %j: %s', ([url, env, expected]) => {
  expect(proxyFor(new URL(url), env)?.href).toBe(expected);
});

describe('through a proxy', () => {
  let authority: Authority;
  let real: Registry;
  let secure: FaultyProxy;
  let proxy: ConnectProxy;
  const image = makeImage();

  beforeAll(async () => {
    authority = makeAuthority();
    real = await startRegistry();
    await putImage({ url: real.url, path: 'me/app' }, image, 'latest');
    secure = await startFaultyProxy({ behind: real.url, tls: authority.issue('DNS:registry.example') });
  });
  afterAll(async () => {
    authority.remove();
    await secure.stop();
    await real.stop();
  });
  afterEach(() => proxy.stop());

  const overTls = async (url: string) => {
    const home = makeHome({ 'containers/certs.d/registry.example/ca.crt': authority.ca });
    const env = { HTTPS_PROXY: url };
    const outcome = await attempt('registry.example/me/app:latest', { registry: { etc: home.folder, env } });
    home.remove();
    return outcome;
  };

  test('https, by CONNECT, with a login for the proxy; certificates are checked to the far end', async () => {
    proxy = await startConnectProxy(secure.port, 'p:q');
    const verified = await overTls(proxy.url);
    expect(verified.data.status, verified.everything).toBe('verified');
    expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT registry.example:443']));
    const { failure } = await attempt('registry.example/me/app:latest', {
      registry: { env: { HTTPS_PROXY: proxy.url } },
    });
    expect(failure?.code).toBe('TLS_UNTRUSTED');
  });

  test('a password for the proxy with a % in it', async () => {
    proxy = await startConnectProxy(secure.port, 'p:100%prozent');
    expect((await overTls(proxy.url)).data.status).toBe('verified');
  });

  test('a proxy that speaks another protocol is named', async () => {
    proxy = await startConnectProxy(secure.port);
    const { failure, exit } = await overTls('socks5://127.0.0.1:1080');
    expect([failure?.code, exit]).toEqual(['UNREACHABLE', 5]);
    expect(failure?.message).toContain('socks5://127.0.0.1:1080');
  });

  test('plain http, where the engines allow it', async () => {
    proxy = await startConnectProxy(real.port, 'p:q');
    const outcome = await attempt('registry.example:5000/me/app:latest', {
      registry: { env: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url }, tlsVerify: false },
    });
    expect(outcome.data.status).toBe('verified');
    expect(proxy.asked).toContain('GET http://registry.example:5000/v2/me/app/manifests/latest');
  });

  test('a proxy that wants a login', async () => {
    proxy = await startConnectProxy(secure.port, 'p:q');
    const { failure, exit } = await overTls(proxy.url.replace('p:q@', ''));
    expect([failure?.code, exit]).toEqual(['UNREACHABLE', 5]);
    expect(failure?.message).toContain('407');
    expect(failure?.hint).toContain('HTTPS_PROXY');
  });

  describe('that takes connections and', () => {
    let stray: Server;
    const stand = async (meet: (socket: Socket) => void) => {
      const sockets = new Set<Socket>();
      stray = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => {});
        meet(socket);
      });
      stray.on('close', () => {
        for (const socket of sockets) socket.destroy();
      });
      await new Promise<void>((resolve) => stray.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(stray.address() as AddressInfo).port}`;
    };
    beforeEach(async () => {
      proxy = await startConnectProxy(secure.port);
    });
    afterEach(() => void stray.close().emit('close'));

    test('says nothing: the deadline holds', async () => {
      const env = { HTTPS_PROXY: await stand(() => {}) };
      const times = { ...HURRY, headers: 60_000 };
      const outcome = await attempt('registry.example/me/app:1', {
        timeoutSeconds: 0.5,
        registry: { env, times },
      });
      expect([outcome.failure?.code, outcome.exit]).toEqual(['UNREACHABLE', 5]);
      expect(outcome.ms).toBeLessThan(1500);
    });

    test('says nothing: it is named once it had its time', async () => {
      const env = { HTTPS_PROXY: await stand(() => {}) };
      const times = { ...HURRY, headers: 100 };
      const { failure } = await attempt('registry.example/me/app:1', { registry: { env, times } });
      expect(failure?.message).toContain(`through the proxy ${env.HTTPS_PROXY.slice(7)}: no answer in time`);
    });

    test('says nothing: Ctrl-C ends it', async () => {
      const env = { HTTPS_PROXY: await stand(() => {}) };
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 150);
      const { failure, ms } = await attempt('registry.example/me/app:1', {
        signal: stop.signal,
        registry: { env, times: { ...HURRY, headers: 60_000 } },
      });
      expect(failure?.code).toBe('INTERRUPTED');
      expect(ms).toBeLessThan(1000);
    });

    test('hangs up', async () => {
      const env = { HTTPS_PROXY: await stand((socket) => socket.once('data', () => socket.end())) };
      const { failure, exit } = await attempt('registry.example/me/app:1', { registry: { env } });
      expect([failure?.code, exit]).toEqual(['UNREACHABLE', 5]);
      expect(failure?.message).toContain(`through the proxy ${env.HTTPS_PROXY.slice(7)}`);
    });
  });

  test('a proxy that is down', async () => {
    proxy = await startConnectProxy(secure.port);
    await proxy.stop();
    const { failure, exit, ms } = await overTls(proxy.url);
    expect([failure?.code, exit]).toEqual(['UNREACHABLE', 5]);
    expect(failure?.message).toContain('through the proxy 127.0.0.1');
    expect(failure?.hint).toContain('NO_PROXY');
    expect(ms).toBeLessThan(1000);
  });
});
