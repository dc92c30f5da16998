import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { findEndpoint } from '../../scripts/registry/endpoint.ts';
import { createWire, type Wire, type WireRequest } from '../../scripts/registry/wire.ts';

const { signal } = new AbortController();

/** A wire that answers from a table of `scheme` → status or error code, and says what it was asked. */
function wire(answers: Readonly<Record<string, number | string>>): { wire: Wire; asked: WireRequest[] } {
  const asked: WireRequest[] = [];
  const body = { on: () => body, resume: () => body };
  return {
    asked,
    wire: {
      send: async (request) => {
        asked.push(request);
        const answer = answers[request.url.protocol.slice(0, -1)];
        if (typeof answer !== 'number') throw Object.assign(new Error(), { code: answer });
        const { method, url } = request;
        return { method, status: answer, headers: {}, url, body: body as never };
      },
      close: () => {},
    },
  };
}

test.for([
  // registry, verify, answers, where it is
  ['docker.io', true, {}, 'https://registry-1.docker.io/'],
  ['ghcr.io', true, {}, 'https://ghcr.io/'],
  ['r.example:5000', true, {}, 'https://r.example:5000/'],
  ['localhost:5000', true, { http: 200 }, 'http://localhost:5000/'],
  ['127.0.0.1:5000', true, { http: 401 }, 'http://127.0.0.1:5000/'],
  ['[::1]:5000', true, { http: 503 }, 'http://[::1]:5000/'],
  ['localhost:5000', true, { http: 400, https: 200 }, 'https://localhost:5000/'],
  ['localhost:5000', true, { http: 'ECONNRESET', https: 401 }, 'https://localhost:5000/'],
  [
    'localhost:5000',
    true,
    { http: 400, https: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  ],
  ['localhost:5000', true, { http: 'ECONNREFUSED', https: 200 }, 'ECONNREFUSED'],
  ['localhost:5000', true, { http: 'ECONNRESET', https: 'EPROTO' }, 'ECONNRESET'],
  ['r.example', false, { https: 200, http: 200 }, 'https://r.example/'],
  ['r.example', false, { https: 'EPROTO', http: 200 }, 'http://r.example/'],
  ['r.example', false, { https: 'ECONNREFUSED', http: 200 }, 'http://r.example/'],
  ['r.example', false, { https: 'ENOTFOUND', http: 200 }, 'ENOTFOUND'],
] as const)('%s, certificates checked %s, %j: %s', async ([registry, verify, answers, expected]) => {
  const { wire: fake, asked } = wire(answers);
  const found = await findEndpoint(fake, registry, verify, signal).then(
    ({ url }) => url.href,
    ({ code }) => code,
  );
  expect(found).toBe(expected);
  for (const { url, headers } of asked) expect([url.pathname, headers]).toEqual(['/v2/', undefined]);
});

test('an address of IPv6 is connected to', async () => {
  const server = http.createServer((request, response) => response.end(request.headers.host));
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
  const { port } = server.address() as AddressInfo;
  const real = createWire({
    times: { headers: 1000, idle: 1000 },
    proxyFor: () => undefined,
    tlsFor: async () => ({}),
  });
  const { url } = await findEndpoint(real, `[::1]:${port}`, true, signal);
  expect(url.href).toBe(`http://[::1]:${port}/`);
  real.close();
  server.close();
});
