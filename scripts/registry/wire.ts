/**
 * One HTTP exchange: no retries, no login, no redirects. `node:http` with kept-alive connections rather than
 * the global `fetch`, which costs more to load than a whole proof takes.
 */
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AgentOptions } from 'node:https';
import { Failure } from '../errors.ts';
import type { TlsMaterial } from './certificates.ts';

export interface WireRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly signal?: AbortSignal | undefined;
  /** False: whatever certificate the other side shows is taken. */
  readonly verifyTls: boolean;
}

export interface Answer {
  /** Of the request: there is no body after a HEAD, whatever its length is said to be. */
  readonly method: WireRequest['method'];
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where it came from. */
  readonly url: URL;
  readonly body: IncomingMessage;
}

/** Milliseconds. */
export interface WireTimes {
  /** From having a connection to the end of the headers, however slowly they drip. */
  readonly headers: number;
  /** Without a single byte. */
  readonly idle: number;
}

export const WIRE_TIMES: WireTimes = { headers: 15_000, idle: 15_000 };

/** Connections to one host at a time: more only moves the queue to the registry, which then answers 429. */
const CONNECTIONS = 10;

export interface Wire {
  readonly send: (request: WireRequest) => Promise<Answer>;
  readonly close: () => void;
}

export interface WireSettings {
  readonly times: WireTimes;
  /** The proxy for this URL, if any. */
  readonly proxyFor: (url: URL) => URL | undefined;
  /** `system`: with what the operating system trusts, too, which costs some milliseconds to read. */
  readonly tlsFor: (host: string, system: boolean) => Promise<TlsMaterial>;
}

/** Node does not know who signed this certificate; the system's own store may. */
const UNKNOWN_ISSUER = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

/** The other side did not answer in time: a network error like any other. */
export class Timeout extends Error {
  override name = 'Timeout';
  readonly code = 'ETIMEDOUT';
}

type Connector = { readonly agent: http.Agent; readonly request: typeof http.request };

export function createWire(settings: WireSettings): Wire {
  const connectors = new Map<string, Promise<Connector>>();
  const agents: http.Agent[] = [];

  const connector = (url: URL, verifyTls: boolean, system: boolean): Promise<Connector> => {
    const key = `${url.protocol}//${url.host} ${verifyTls} ${system}`;
    const known = connectors.get(key);
    if (known) return known;
    const made = connect(settings, url, verifyTls, system);
    connectors.set(key, made);
    made.then(({ agent }) => agents.push(agent)).catch(() => connectors.delete(key));
    return made;
  };

  /** Hosts whose certificate needed the system's store. */
  const systemHosts = new Set<string>();

  const send = async (request: WireRequest): Promise<Answer> => {
    const { url, verifyTls, signal } = request;
    const proxy = settings.proxyFor(url);
    if (proxy && !/^https?:$/.test(proxy.protocol)) throw unspoken(proxy);
    const system = systemHosts.has(url.host);
    const { agent, request: open } = await connector(url, verifyTls, system);
    signal?.throwIfAborted();
    const options = { ...target(request, url.protocol === 'http:' ? proxy : undefined), agent };
    try {
      return await exchange(request, settings.times, (then) => open(options, then));
    } catch (error) {
      if (system || !UNKNOWN_ISSUER.has(String((error as NodeJS.ErrnoException).code))) throw error;
      systemHosts.add(url.host);
      return send(request);
    }
  };

  return {
    send,
    close: () => {
      for (const agent of agents) agent.destroy();
    },
  };
}

async function connect(
  { proxyFor, tlsFor, times }: WireSettings,
  url: URL,
  verifyTls: boolean,
  system: boolean,
): Promise<Connector> {
  const keep = { keepAlive: true, maxSockets: CONNECTIONS };
  if (url.protocol === 'http:') return { agent: new http.Agent(keep), request: http.request };
  const https = await import('node:https');
  const tls = { ...(await tlsFor(url.host, system)), rejectUnauthorized: verifyTls } as AgentOptions;
  const proxy = proxyFor(url);
  if (proxy === undefined) return { agent: new https.Agent({ ...keep, ...tls }), request: https.request };
  const { tunnelAgent } = await import('./tunnel.ts');
  return {
    agent: tunnelAgent(proxy, keep, times.headers),
    // This agent takes the certificates of the host behind the proxy from the request.
    request: ((options: object, then: (response: IncomingMessage) => void) =>
      https.request({ ...options, ...tls }, then)) as typeof http.request,
  };
}

const unspoken = ({ protocol, host }: URL) =>
  new Failure(
    'UNREACHABLE',
    `the proxy ${protocol}//${host} cannot be used: only http and https are spoken to proxies`,
    {
      hint: 'Name an http proxy in HTTPS_PROXY and HTTP_PROXY, or the registry in NO_PROXY.',
    },
  );

/** Where to connect and what to ask: a proxy for plain http is asked for the whole URL. */
function target({ method, url, headers = {}, body }: WireRequest, proxy: URL | undefined) {
  const length: Record<string, string> =
    body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const common = { method, headers: { 'user-agent': 'docker-build', ...headers, ...length } };
  const at = proxy ?? url;
  const where = { host: at.hostname.replace(/^\[|\]$/g, ''), port: at.port || undefined };
  if (proxy === undefined) return { ...common, ...where, path: `${url.pathname}${url.search}` };
  const login = proxy.username
    ? {
        'proxy-authorization': `Basic ${Buffer.from(decodeURIComponent(`${proxy.username}:${proxy.password}`)).toString('base64')}`,
      }
    : {};
  return { ...common, ...where, path: url.href, headers: { ...common.headers, host: url.host, ...login } };
}

function exchange(
  { method, url, body, signal }: WireRequest,
  times: WireTimes,
  open: (then: (response: IncomingMessage) => void) => http.ClientRequest,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let waiting: NodeJS.Timeout | undefined;
    const request = open((response) => {
      clearTimeout(waiting);
      resolve({
        method,
        status: response.statusCode ?? 0,
        headers: response.headers,
        url,
        body: response,
      });
    });
    // Waiting in the agent's queue does not count: the clock starts with the connection.
    request.once('socket', () => {
      waiting = setTimeout(
        () => request.destroy(new Timeout(`no answer within ${times.headers / 1000} s`)),
        times.headers,
      );
    });
    request.setTimeout(times.idle, () => request.destroy(new Timeout(`nothing for ${times.idle / 1000} s`)));
    request.on('error', (error) => {
      clearTimeout(waiting);
      reject(error);
    });
    // By hand: node:http's own `signal` loads 16 ms of streams at its first use.
    const stop = () => {
      const stopped = new Error('stopped');
      request.destroy(stopped);
      // A request that has no connection yet says nothing when it is destroyed.
      reject(stopped);
    };
    signal?.addEventListener('abort', stop, { once: true });
    request.once('close', () => {
      clearTimeout(waiting);
      signal?.removeEventListener('abort', stop);
      // Without an answer and without an error (a 101, which nobody asked for).
      reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    });
    request.end(body);
  });
}
