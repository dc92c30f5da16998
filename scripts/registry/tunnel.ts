/** Connections through a proxy by CONNECT, which must answer in time like anybody else. */
import type http from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { Timeout } from './wire.ts';

/** `within`: milliseconds for the proxy to open the way. */
export function tunnelAgent(proxy: URL, options: http.AgentOptions, within: number): http.Agent {
  return new Tunnel(proxy, options, within);
}

class Tunnel extends HttpsProxyAgent<string> {
  readonly #within: number;

  constructor(proxy: URL, options: http.AgentOptions, within: number) {
    super(proxy, options);
    this.#within = within;
  }

  override async connect(...asked: Parameters<HttpsProxyAgent<string>['connect']>) {
    const limit = new AbortController();
    const late = new Timeout(`the proxy did not answer within ${this.#within / 1000} s`);
    const clock = setTimeout(() => limit.abort(late), this.#within);
    try {
      // Read at once by connect(): each connection has its own.
      this.connectOpts = { ...this.connectOpts, signal: limit.signal };
      return await super.connect(...asked);
    } catch (error) {
      if (limit.signal.aborted) throw late;
      // The agent's own words for a proxy that hangs up have no code.
      throw (error as NodeJS.ErrnoException).code
        ? error
        : Object.assign(error as Error, { code: 'ECONNRESET' });
    } finally {
      clearTimeout(clock);
    }
  }
}
