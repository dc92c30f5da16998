/** A token server as GHCR and Docker Hub have one: RS256 tokens that a real registry checks. */
import { createPrivateKey, createSign, randomUUID, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Call, type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts';
import { selfSigned } from './registry.ts';

export interface TokenServer {
  /** For `startRegistry({ token })`. */
  readonly settings: { realm: string; service: string; issuer: string; certificate: string };
  /** To spoil what it says, and to see what it was asked. */
  readonly server: FaultyProxy;
  /** Shifts the times in the tokens that it signs. */
  shift: (seconds: number) => void;
  /** `token` for these claims, as the server would give it. */
  readonly sign: (scope: string, lives?: number) => string;
  readonly stop: () => Promise<void>;
}

export interface TokenServerOptions {
  /** `user:password` that is let in; left out: anybody may pull. */
  readonly login?: string;
  /** Accepted as `refresh_token` in OAuth2's form. */
  readonly identityToken?: string;
  /** Seconds that a token lives. */
  readonly lives?: number;
}

export async function startTokenServer(options: TokenServerOptions = {}): Promise<TokenServer> {
  const folder = mkdtempSync(join(tmpdir(), 'token-server-'));
  const { certificate, key } = selfSigned(folder);
  const chain = new X509Certificate(readFileSync(certificate)).raw.toString('base64');
  const privateKey = createPrivateKey(readFileSync(key));
  const [issuer, service] = ['test-issuer', 'test-service'];
  const { login, identityToken, lives = 300 } = options;
  let shift = 0;

  const sign = (scope: string, seconds = lives): string => {
    const now = Math.floor(Date.now() / 1000) + shift;
    const [type = '', name = '', actions = ''] = scope.split(':');
    const encode = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
    const head = encode({ typ: 'JWT', alg: 'RS256', x5c: [chain] });
    const claims = encode({
      iss: issuer,
      sub: 'somebody',
      aud: service,
      exp: now + seconds,
      nbf: now - 10,
      iat: now,
      jti: randomUUID(),
      access: name ? [{ type, name, actions: actions.split(',') }] : [],
    });
    const signature = createSign('RSA-SHA256').update(`${head}.${claims}`).sign(privateKey, 'base64url');
    return `${head}.${claims}.${signature}`;
  };

  const grant = async ({ request, send }: Call) => {
    const url = new URL(request.url ?? '', 'http://token');
    const form = request.method === 'POST' ? new URLSearchParams(await read(request)) : undefined;
    const scope = form?.get('scope') ?? url.searchParams.get('scope') ?? '';
    const pair = Buffer.from(
      request.headers.authorization?.slice('Basic '.length) ?? '',
      'base64',
    ).toString();
    const known = form ? form.get('refresh_token') === identityToken : !login || pair === login;
    const answer = known
      ? {
          [form ? 'access_token' : 'token']: sign(scope),
          expires_in: lives,
          issued_at: new Date().toISOString(),
        }
      : { errors: [{ code: 'UNAUTHORIZED', message: 'incorrect username or password' }] };
    send({
      status: known ? 200 : 401,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(answer)),
    });
  };

  const server = await startFaultyProxy();
  server.on(/./, grant);
  return {
    settings: { realm: `${server.url}/token`, service, issuer, certificate },
    server,
    shift: (seconds) => {
      shift = seconds;
    },
    sign,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function read(request: Call['request']): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
