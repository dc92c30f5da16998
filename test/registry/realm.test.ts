import { expect, test } from 'vitest';
import { checkRealm } from '../../scripts/registry/realm.ts';

test.for([
  ['https://auth.docker.io/token', 'https://registry-1.docker.io/', true],
  ['https://ghcr.io/token', 'https://ghcr.io/', true],
  ['http://ghcr.io/token', 'https://ghcr.io/', false],
  ['http://127.0.0.1:1/t', 'http://127.0.0.1:5000/', true],
  ['http://10.0.0.1/t', 'http://127.0.0.1:5000/', true],
  ['https://10.0.0.1/t', 'https://10.0.0.2/', true],
  ['https://10.0.0.1/t', 'https://8.8.8.8/', false],
  ['https://169.254.169.254/t', 'https://8.8.8.8/', false],
  ['https://192.168.1.1/t', 'https://8.8.8.8/', false],
  ['https://172.20.0.1/t', 'https://8.8.8.8/', false],
  ['https://localhost/t', 'https://8.8.8.8/', false],
  ['https://x.localhost/t', 'https://8.8.8.8/', false],
  ['https://[::1]/t', 'https://8.8.8.8/', false],
  ['https://localhost./t', 'https://8.8.8.8/', false],
  ['https://0.0.0.0/t', 'https://8.8.8.8/', false],
  ['https://0.1.2.3/t', 'https://8.8.8.8/', false],
  ['https://[::]/t', 'https://8.8.8.8/', false],
  ['https://[::ffff:127.0.0.1]/t', 'https://8.8.8.8/', false],
  ['https://[fd00::1]/t', 'https://[2001:4860:4860::8888]/', false],
  ['https://8.8.4.4/t', 'https://8.8.8.8/', true],
  ['https://10.0.0.1/t', 'https://registry.invalid/', false],
  ['https://10.0.0.1/t', 'https://localhost:5000/', true],
  ['ftp://x/', 'http://127.0.0.1/', false],
  ['', 'http://127.0.0.1/', false],
] as const)('%s for %s: %s', async ([realm, registry, allowed]) => {
  const checked = checkRealm(realm, new URL(registry));
  if (allowed) expect((await checked).href).toBe(new URL(realm).href);
  else await expect(checked).rejects.toMatchObject({ code: 'UNREACHABLE' });
});
