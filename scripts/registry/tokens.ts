/** Getting a bearer token (distribution "Token Authentication Specification" and its OAuth2 form). */
import { monotonic } from '../io/clock.ts';
import type { Login } from './auth-files.ts';
import { readAll, TooLarge } from './body.ts';
import { guarded, shown } from './refusal.ts';
import type { Answer, WireRequest } from './wire.ts';

export interface Token {
  readonly header: string;
  /** On the clock of monotonic(), which nobody sets. */
  readonly until: number;
}

/** Asks the token server, with retries; gives any answer that will not change by asking again. */
export type AskTokenServer = <T>(
  request: Pick<WireRequest, 'method' | 'url' | 'headers' | 'body'>,
  authorization: string | undefined,
  read: (answer: Answer) => Promise<T>,
) => Promise<T>;

/** The token server knows the login and says no. */
export class TokenRefused extends Error {
  override name = 'TokenRefused';
  /** Where the login came from that it was asked with; null: none was sent. */
  source: string | null = null;
  readonly answer: Pick<Answer, 'status' | 'url' | 'headers'>;
  readonly body: string;
  constructor(answer: Answer, body: string) {
    super('the token server refused');
    this.answer = answer;
    this.body = body;
  }
}

export const TOKEN_LIMIT = 64 * 1024;
const READ_MS = 15_000;
/** A token lives at least this long, whatever `expires_in` says; so the specification. */
const LEAST_S = 60;

export const basic = ({ username, password }: Login): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

export interface TokenRequest {
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scope: string;
  /** Null: anonymous. */
  readonly login: Login | null;
}

/** @throws TokenRefused, Failure */
export async function fetchToken(ask: AskTokenServer, wanted: TokenRequest): Promise<Token> {
  const { login } = wanted;
  if (!login?.identityToken) return read(ask, plain(wanted), login ? basic(login) : undefined);
  const granted = await read(ask, oauth(wanted, login.identityToken), undefined).catch((error) => {
    // A token server that has no OAuth2 form says so with 404 or 405.
    if (error instanceof TokenRefused && [404, 405].includes(error.answer.status)) return null;
    throw error;
  });
  return granted ?? read(ask, plain(wanted), basic({ ...login, password: login.identityToken }));
}

function plain({ realm, service, scope, login }: TokenRequest) {
  const url = new URL(realm);
  if (service) url.searchParams.set('service', service);
  url.searchParams.append('scope', scope);
  if (login?.username) url.searchParams.set('account', login.username);
  return { method: 'GET', url } as const;
}

function oauth({ realm, service, scope }: TokenRequest, refreshToken: string) {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: 'docker-build',
    scope,
    ...(service ? { service } : {}),
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', url: realm, headers, body } as const;
}

function read(
  ask: AskTokenServer,
  request: Pick<WireRequest, 'method' | 'url' | 'headers' | 'body'>,
  authorization: string | undefined,
): Promise<Token> {
  return ask(request, authorization, async (answer) => {
    const body = await readAll(answer, TOKEN_LIMIT, READ_MS).catch((error) => {
      if (error instanceof TooLarge) throw lying(answer, `sent more than ${TOKEN_LIMIT / 1024} KiB`);
      throw error;
    });
    if (answer.status !== 200) throw new TokenRefused(answer, body.toString('utf8'));
    return parseToken(answer, body.toString('utf8'));
  });
}

function parseToken(answer: Answer, body: string): Token {
  let json: Record<string, unknown>;
  try {
    json = Object(JSON.parse(body));
  } catch {
    throw lying(answer, 'answered 200 with something that is not JSON');
  }
  const value = [json.token, json.access_token].find((t) => typeof t === 'string' && t !== '');
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value))
    throw lying(answer, 'answered 200 without a token');
  const lives = typeof json.expires_in === 'number' ? Math.max(json.expires_in, LEAST_S) : LEAST_S;
  return { header: `Bearer ${value}`, until: monotonic() + lives * 1000 };
}

const lying = (answer: Answer, how: string) =>
  guarded('UNREACHABLE', `the token server ${shown(answer.url)} ${how}`);
