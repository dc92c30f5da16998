/** Certificates that the engines are told of: `certs.d/HOST/*.crt`, and `*.cert` with `*.key` for a client's own. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Places } from './places.ts';

/** Options of node:tls; empty where nothing is configured. */
export interface TlsMaterial {
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
}

/**
 * Where docker, rootless docker and podman look (containers-certs.d(5)). They go by the name as it is written:
 * a port that goes without saying may stand in it.
 */
function folders({ etc, home }: Places, host: string): string[] {
  const names = /:\d+$/.test(host) ? [host] : [host, `${host}:443`];
  return [
    join(home, '.config/containers'),
    join(etc, 'containers'),
    join(home, '.config/docker'),
    join(etc, 'docker'),
  ].flatMap((place) => names.map((name) => join(place, 'certs.d', name)));
}

/** What the system trusts, on the distributions that Go's crypto/x509 knows; the engines use it, Node does not. */
const bundles = ({ env, etc }: Places): string[] => [
  ...(env.SSL_CERT_FILE ? [env.SSL_CERT_FILE] : []),
  join(etc, 'ssl/certs/ca-certificates.crt'),
  join(etc, 'pki/tls/certs/ca-bundle.crt'),
  join(etc, 'ssl/ca-bundle.pem'),
  join(etc, 'ssl/cert.pem'),
];

const read = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);

/** The system's own store and NODE_EXTRA_CA_CERTS. `ca` given to node:tls replaces all that Node has by itself. */
async function systemAuthorities(places: Places): Promise<string[]> {
  const { rootCertificates } = await import('node:tls');
  const all = [...rootCertificates];
  for (const file of [places.env.NODE_EXTRA_CA_CERTS, ...bundles(places)]) {
    const text = file && (await read(file));
    if (!text) continue;
    all.push(text);
    if (file !== places.env.NODE_EXTRA_CA_CERTS) break;
  }
  return all;
}

/**
 * The material for `host` (`name` or `name:port`), merged from every folder that has some.
 * `system`: the authorities of the operating system as well.
 */
export async function certificatesFor(places: Places, host: string, system: boolean): Promise<TlsMaterial> {
  const ca: string[] = [];
  let client: { cert: string; key: string } | undefined;
  for (const folder of folders(places, host)) {
    const names = await readdir(folder).catch(() => [] as string[]);
    for (const name of names.sort()) {
      const text = name.endsWith('.crt') && (await read(join(folder, name)));
      if (text) ca.push(text);
      if (name.endsWith('.cert')) client ??= await clientPair(join(folder, name));
    }
  }
  return {
    ...(ca.length > 0 || system ? { ca: [...(await systemAuthorities(places)), ...ca] } : {}),
    ...client,
  };
}

async function clientPair(certificate: string): Promise<{ cert: string; key: string } | undefined> {
  const cert = await read(certificate);
  const key = await read(certificate.replace(/\.cert$/, '.key'));
  return cert && key ? { cert, key } : undefined;
}
