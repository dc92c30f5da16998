import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { keep, readIfThere } from './engines/keeper.ts';

export interface RegistryOptions {
  /** DELETE of a manifest answers 202 instead of 405. */
  delete?: boolean;
  /** Basic authentication with this one user. */
  auth?: { user: string; password: string };
  /** https with a certificate for 127.0.0.1 and localhost that nobody knows; `ca` is its file. */
  tls?: boolean;
  /** Bearer tokens of a token server that the test runs, signed with the key of this certificate. */
  token?: { realm: string; service: string; issuer: string; certificate: string };
  /** Instead of a free one: to come back where another registry has been. */
  port?: number;
}

export interface SeenRequest {
  method: string;
  /** With its query. */
  path: string;
  status: number;
  userAgent: string;
}

/** A real registry (distribution) on loopback. */
export interface Registry {
  /** `127.0.0.1:PORT`: what stands before the repository in a reference. */
  readonly host: string;
  readonly port: number;
  /** `http://127.0.0.1:PORT`, https with `tls`. */
  readonly url: string;
  /** The certificate to trust, with `tls`. */
  readonly ca?: string;
  /** What it was asked, as its access log has it. */
  requests(): SeenRequest[];
  /** The file of a blob or a manifest, for a test to damage. */
  blobPath(digest: string): string;
  /** Loses a blob or the bytes of a manifest; whatever names it stays. */
  removeBlob(digest: string): void;
  stop(): Promise<void>;
}

export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  const tls = options.tls ? selfSigned(folder) : undefined;
  const config = join(folder, 'config.yml');
  // JSON is YAML. No cache of blob descriptors: it would go on promising what was removed.
  writeFileSync(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: 'info' },
      storage: {
        filesystem: { rootdirectory: join(folder, 'data') },
        delete: { enabled: options.delete ?? false },
        maintenance: { uploadpurging: { enabled: false } },
      },
      http: {
        addr: `127.0.0.1:${options.port ?? 0}`,
        secret: 'of no use outside this test',
        ...(tls && { tls }),
      },
      ...(options.auth && { auth: { htpasswd: { realm: 'test', path: htpasswd(folder, options.auth) } } }),
      ...(options.token && {
        auth: {
          token: {
            realm: options.token.realm,
            service: options.token.service,
            issuer: options.token.issuer,
            rootcertbundle: options.token.certificate,
          },
        },
      }),
    }),
  );

  const keeper = keep(folder, ['docker-registry', 'serve', config], withoutOverrides(process.env));
  let port: number;
  try {
    port = await keeper.until(() => {
      const found = /listening on 127\.0\.0\.1:(\d+)/.exec(readIfThere(join(folder, 'stderr')));
      return found ? Number(found[1]) : undefined;
    });
  } catch (error) {
    await keeper.stop();
    throw new Error(
      'no registry; if docker-registry is missing, as root on Debian 12: npm run engines:install',
      {
        cause: error,
      },
    );
  }

  const host = `127.0.0.1:${port}`;
  const blobPath = (digest: string) => {
    const [algorithm = '', hex = ''] = digest.split(':');
    return join(folder, 'data/docker/registry/v2/blobs', algorithm, hex.slice(0, 2), hex, 'data');
  };
  return {
    host,
    port,
    url: `${tls ? 'https' : 'http'}://${host}`,
    ...(tls && { ca: tls.certificate }),
    requests: () => parsed(readIfThere(join(folder, 'stdout'))),
    blobPath,
    removeBlob: (digest) => rmSync(blobPath(digest)),
    stop: () => keeper.stop(),
  };
}

/** The registry takes settings from variables too: podman's REGISTRY_AUTH_FILE would be one of them. */
function withoutOverrides(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([key]) => !key.startsWith('REGISTRY_')));
}

function htpasswd(folder: string, { user, password }: { user: string; password: string }): string {
  const file = join(folder, 'htpasswd');
  writeFileSync(file, `${user}:${hashSync(password, 4)}\n`);
  return file;
}

/** A key and a certificate of its own in `folder`: for TLS, and for a token server to sign with. */
export function selfSigned(folder: string): { certificate: string; key: string } {
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
  execFileSync(
    'openssl',
    `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext ${names} -out`
      .split(' ')
      .concat(certificate, '-keyout', key),
    { stdio: 'pipe' },
  );
  return { certificate, key };
}

/** The lines of the access log, in the combined form of web servers. */
function parsed(log: string): SeenRequest[] {
  return [...log.matchAll(/"([A-Z]+) (\S+) HTTP\/[\d.]+" (\d+) \S+ "[^"]*" "([^"]*)"/g)].map(
    ([, method = '', path = '', status = '', userAgent = '']) => ({
      method,
      path,
      status: Number(status),
      userAgent,
    }),
  );
}
