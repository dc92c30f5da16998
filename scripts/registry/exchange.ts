/** A request to a registry, with all that stands between it and its final answer: login, redirects, retries. */

import type { Failure } from '../errors.ts';
import { monotonic } from '../io/clock.ts';
import { isLoopback, type Repository } from '../oci/reference.ts';
import { discard, readStart } from './body.ts';
import { chooseChallenge } from './challenge.ts';
import { type Endpoint, findEndpoint } from './endpoint.ts';
import { follow } from './hops.ts';
import { network } from './network-errors.ts';
import { type Patience, persist, Troubled } from './persist.ts';
import { type Asked, denied, type Problem, refused, TRIES } from './refusal.ts';
import { isPassing, retryAfter } from './retry-after.ts';
import { createSession, type Door, type Session, type SessionOptions } from './session.ts';
import { type AskTokenServer, TOKEN_LIMIT, TokenRefused } from './tokens.ts';
import type { Answer, Wire, WireRequest } from './wire.ts';

export interface Ask {
  readonly method: WireRequest['method'];
  readonly repository: Repository;
  /** After `/v2/NAME/`, or a whole URL that the registry gave. */
  readonly path: string | URL;
  readonly push?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
  /** In place of what a trouble that may pass is worth. */
  readonly tries?: number | undefined;
  /** Statuses besides 2xx that `read` wants to see; 404 always is. */
  readonly also?: readonly number[];
}

/** What a host is known to be. */
export interface Host {
  readonly endpoint: Endpoint;
  readonly door: Door;
}

export interface ExchangeSettings {
  readonly wire: Wire;
  readonly proxyFor: (url: URL) => URL | undefined;
  readonly now: () => Date;
  readonly patience: Patience;
  /** Whether certificates of this registry are checked; refuses one that is blocked. @throws Failure */
  readonly admit: (repository: Repository) => Promise<{ readonly verifyTls: boolean }>;
  readonly session: Pick<SessionOptions, 'secrets'> & {
    readonly logins: (repository: Repository) => SessionOptions['logins'];
  };
  /** A better word for a refusal than the registry's own, if there is one. */
  readonly explain: (failure: Failure, repository: Repository, source: string | null) => Failure;
}

export type Exchange = <T>(ask: Ask, read: (answer: Answer) => Promise<T>) => Promise<T>;

const ERROR_BODY_MS = 5_000;

export function createExchange(settings: ExchangeSettings): Exchange {
  const { wire, now } = settings;
  const hosts = new Map<string, Promise<Host>>();
  const sessions = new Map<string, Session>();

  const patience = (signal: AbortSignal | undefined): Patience =>
    signal ? { ...settings.patience, signal } : settings.patience;

  const judge = (method: string, url: URL) => (error: unknown) =>
    network(error, method, url, settings.proxyFor(url));

  const hostOf = ({ repository, signal, tries }: Ask): Promise<Host> => {
    const { registry } = repository;
    const known = hosts.get(registry);
    if (known) return known;
    const found = (async (): Promise<Host> => {
      const { verifyTls } = await settings.admit(repository);
      const patient = { ...patience(signal), tries };
      const look = () => findEndpoint(wire, registry, verifyTls, patient.signal);
      const endpoint = await persist(
        patient,
        look,
        judge('GET', new URL(`${isLoopback(registry) ? 'http' : 'https'}://${registry}/v2/`)),
      );
      return { endpoint, door: { challenge: chooseChallenge(endpoint.wwwAuthenticate) } };
    })();
    hosts.set(registry, found);
    found.catch(() => hosts.delete(registry));
    return found;
  };

  const sessionOf = ({ endpoint, door }: Host, { repository, push = false, signal }: Ask): Session => {
    const scope = `repository:${repository.path}:${push ? 'pull,push' : 'pull'}`;
    const key = `${repository.registry} ${scope}`;
    const known = sessions.get(key);
    if (known) return known;
    const made = createSession({
      registry: endpoint.url,
      door,
      scope,
      logins: settings.session.logins(repository),
      secrets: settings.session.secrets,
      ask: askTokenServer(settings, repository, patience(signal), endpoint.verifyTls),
    });
    sessions.set(key, made);
    return made;
  };

  return async (ask, read) => {
    const { method, repository, push = false, also = [], headers, body } = ask;
    const host = await hostOf(ask);
    const session = sessionOf(host, ask);
    const { verifyTls } = host.endpoint;
    const url =
      typeof ask.path === 'string'
        ? new URL(`/v2/${repository.path}/${ask.path}`, host.endpoint.url)
        : ask.path;
    const patient = patience(ask.signal);
    const request: WireRequest = {
      method,
      url,
      verifyTls,
      signal: patient.signal,
      ...(headers ? { headers } : {}),
      ...(body ? { body } : {}),
    };
    const asked = (source: string | null): Asked => ({ method, repository, push, source });

    const once = async () => {
      const began = monotonic();
      for (;;) {
        const sent = await session.authorization(patient.signal).catch((error) => {
          if (!(error instanceof TokenRefused)) throw error;
          const { answer, body, source } = error;
          throw settings.explain(denied(asked(source), answer, body, now()), repository, source);
        });
        const answer = await follow(wire, request, sent.header);
        const { status } = answer;
        if (status === 401 || status === 403) {
          // A storage that we were sent to has never seen our login: another one changes nothing.
          if (answer.url.origin === url.origin && (await session.another(answer, sent, began))) {
            discard(answer);
            continue;
          }
          if (also.includes(status)) return read(answer);
          const failure = denied(
            asked(sent.source),
            answer,
            await readStart(answer, TOKEN_LIMIT, ERROR_BODY_MS),
            now(),
          );
          throw settings.explain(failure, repository, sent.source);
        }
        if ((status >= 200 && status < 300) || status === 404 || also.includes(status)) return read(answer);
        throw new Troubled(await trouble(answer, asked(sent.source), now));
      }
    };
    return persist({ ...patient, tries: ask.tries }, once, judge(method, url));
  };
}

/** An answer that is neither what was asked for nor a refusal. */
async function trouble(answer: Answer, asked: Asked, now: () => Date): Promise<Problem> {
  const { status, headers } = answer;
  const after = retryAfter(headers['retry-after'], headers.date, now);
  const body = await readStart(answer, TOKEN_LIMIT, ERROR_BODY_MS);
  return {
    failure: refused(asked, answer, body, after),
    tries: isPassing(status) ? TRIES.answer : TRIES.final,
    after,
  };
}

/** Token servers are asked as patiently as registries, and never see anything but the login meant for them. */
function askTokenServer(
  { wire, proxyFor, now }: ExchangeSettings,
  repository: Repository,
  patience: Patience,
  verifyTls: boolean,
): AskTokenServer {
  return (request, authorization, read) => {
    const asked: Asked = { method: request.method, repository, push: false, source: null };
    const once = async () => {
      const whole = { ...request, verifyTls, signal: patience.signal };
      const answer = await follow(wire, whole, authorization);
      if (isPassing(answer.status)) throw new Troubled(await trouble(answer, asked, now));
      return read(answer);
    };
    return persist(patience, once, (error) =>
      network(error, request.method, request.url, proxyFor(request.url)),
    );
  };
}
