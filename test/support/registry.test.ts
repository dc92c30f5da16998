import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Registry, type RegistryOptions, selfSigned, startRegistry } from './registry.ts';

describe('the registry for tests', () => {
  let registry: Registry;
  const start = async (options?: RegistryOptions) => {
    registry = await startRegistry(options);
  };
  afterEach(() => registry.stop());

  it('serves, logs what it was asked, and loses a blob', async () => {
    await start({ delete: true });
    const upload = await fetch(`${registry.url}/v2/some/app/blobs/uploads/`, { method: 'POST' });
    const digest = 'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae';
    const put = `${upload.headers.get('location')}&digest=${digest}`;
    expect((await fetch(put, { method: 'PUT', body: 'foo' })).status).toBe(201);
    expect(readFileSync(registry.blobPath(digest), 'utf8')).toBe('foo');

    const blob = `${registry.url}/v2/some/app/blobs/${digest}`;
    expect(await (await fetch(blob, { headers: { 'user-agent': 'me' } })).text()).toBe('foo');
    registry.removeBlob(digest);
    expect((await fetch(blob)).status).toBe(404);
    expect(registry.requests()).toContainEqual({
      method: 'GET',
      path: `/v2/some/app/blobs/${digest}`,
      status: 200,
      userAgent: 'me',
    });
  });

  it('asks for a password', async () => {
    await start({ auth: { user: 'me', password: 'a secret' } });
    const authorization = `Basic ${btoa('me:a secret')}`;
    expect((await fetch(`${registry.url}/v2/`)).status).toBe(401);
    expect((await fetch(`${registry.url}/v2/`, { headers: { authorization } })).status).toBe(200);
  });

  it('speaks https', async () => {
    await start({ tls: true });
    const ca = readFileSync(registry.ca ?? '');
    const status = await new Promise((resolve, reject) =>
      request(`${registry.url}/v2/`, { ca }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end(),
    );
    expect(status).toBe(200);
  });

  it('sends to a token server', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'token-'));
    const { certificate } = selfSigned(folder);
    await start({ token: { realm: 'http://127.0.0.1:1/token', service: 'here', issuer: 'me', certificate } });
    rmSync(folder, { recursive: true });
    const { headers } = await fetch(`${registry.url}/v2/`);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="http://127.0.0.1:1/token",service="here"');
  });

  it('comes back on the same port', async () => {
    await start();
    const { port } = registry;
    await registry.stop();
    await start({ port });
    expect((await fetch(`http://127.0.0.1:${port}/v2/`)).status).toBe(200);
  });
});
