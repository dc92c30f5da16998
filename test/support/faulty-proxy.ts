/** Stands before a real registry and spoils what it is told to; whatever it is not told of passes unchanged. */
import http, { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** What the registry behind answered. */
export interface Original {
  status: number;
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** How often this fault was met before: 0 the first time. */
  readonly nth: number;
  /** Asks the registry behind. */
  readonly ask: () => Promise<Original>;
  /** Answers. */
  readonly send: (original: Partial<Original>) => void;
}

export type Fault = (call: Call) => unknown;

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly at: number;
}

export interface FaultyProxy {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly seen: Seen[];
  /** From now on, requests whose `METHOD /path` matches meet this; the last one told comes first. */
  readonly on: (what: RegExp, fault: Fault) => void;
  /** Connections that are open now. */
  readonly open: () => number;
  /** Connections that were made since the start. */
  readonly made: () => number;
  readonly stop: () => Promise<void>;
}

export interface ProxyOptions {
  /** `http://127.0.0.1:PORT` of the registry; without one every request must meet a fault. */
  readonly behind?: string;
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
}

export async function startFaultyProxy({ behind, tls }: ProxyOptions = {}): Promise<FaultyProxy> {
  const faults: { what: RegExp; fault: Fault; met: number }[] = [];
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  let made = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request;
    seen.push({ method, path: url, authorization: headers.authorization, at: performance.now() });
    const ask = () => pass(behind ?? '', request);
    const send = ({ status = 200, headers = {}, body = Buffer.alloc(0) }: Partial<Original>) => {
      response.writeHead(status, headers);
      response.end(method === 'HEAD' ? undefined : body);
    };
    const rule = faults.find(({ what }) => what.test(`${method} ${url}`));
    const nth = rule ? rule.met++ : 0;
    await (rule ? rule.fault({ request, response, nth, ask, send }) : ask().then(send));
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch(() => response.destroy());
  };
  const server = tls
    ? https.createServer({ ...tls, requestCert: tls.ca !== undefined }, listener)
    : http.createServer(listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    made++;
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    host,
    port,
    url: `${tls ? 'https' : 'http'}://${host}`,
    seen,
    on: (what, fault) => faults.unshift({ what, fault, met: 0 }),
    open: () => sockets.size,
    made: () => made,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function pass(behind: string, request: IncomingMessage): Promise<Original> {
  return new Promise((resolve, reject) => {
    const { method, url, headers } = request;
    const onward = http.request(new URL(url ?? '', behind), { method, headers, agent: false }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => {
        const { connection: _, 'transfer-encoding': __, ...kept } = answer.headers;
        resolve({ status: answer.statusCode ?? 0, headers: kept, body: Buffer.concat(pieces) });
      });
    });
    onward.on('error', reject);
    request.pipe(onward);
  });
}

/** A bare answer. */
export const status =
  (code: number, headers: OutgoingHttpHeaders = {}, body = ''): Fault =>
  ({ send }) =>
    send({ status: code, headers, body: Buffer.from(body) });

/** What registries say when they have no such manifest. */
export const notThere: Fault = status(
  404,
  {},
  '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}',
);

/** The first `times` calls meet the fault, the others pass. */
export const first =
  (times: number, fault: Fault): Fault =>
  (call) =>
    call.nth < times ? fault(call) : call.ask().then(call.send);

/** For that long from the first call. */
export const during = (ms: number, fault: Fault): Fault => {
  let since: number | undefined;
  return (call) => {
    since ??= performance.now();
    return performance.now() - since < ms ? fault(call) : call.ask().then(call.send);
  };
};

/** The registry's own answer, changed. */
export const altered =
  (change: (original: Original) => Partial<Original>): Fault =>
  async ({ ask, send }) => {
    const original = await ask();
    send({ ...original, ...change(original) });
  };

/** The connection is reset at once. */
export const reset: Fault = ({ request }) => {
  request.socket.resetAndDestroy();
};

/** Headers, then a reset. */
export const resetAfterHeaders: Fault = async ({ ask, request, response }) => {
  const { status, headers } = await ask();
  response.writeHead(status, headers);
  response.flushHeaders();
  setTimeout(() => request.socket.resetAndDestroy(), 20);
};

/** The whole length is promised, half of it sent. */
export const halfBody: Fault = async ({ ask, request, response }) => {
  const { status, headers, body } = await ask();
  response.writeHead(status, headers);
  response.write(body.subarray(0, body.length / 2), () => request.socket.end());
};

/** Bytes for ever, `size` every `ms`. */
export const endless =
  (size: number, ms: number, headers: OutgoingHttpHeaders = {}): Fault =>
  ({ response }) => {
    response.writeHead(200, headers);
    const drip = setInterval(() => response.write(Buffer.alloc(size, 0x20)), ms);
    response.on('close', () => clearInterval(drip));
  };

/** One byte of a header at a time. */
export const slowLoris: Fault = ({ request }) => {
  const text = `HTTP/1.1 200 OK\r\nX-Slow: ${'x'.repeat(10_000)}\r\n`;
  let at = 0;
  const drip = setInterval(() => request.socket.write(text[at++] ?? ''), 20);
  request.socket.on('close', () => clearInterval(drip));
};

/** Another protocol, which nobody asked for. */
export const switching: Fault = ({ request }) => {
  request.socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n');
};

/** No answer at all. */
export const silence: Fault = () => {};

export const redirect = (location: string, code = 307): Fault => status(code, { location });
