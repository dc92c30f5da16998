/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, read as the engines read them (golang.org/x/net/http/httpproxy). */

import { isAddress, isIn } from './ranges.ts';

/** Undefined: connect directly. Loopback never goes through a proxy. A malformed proxy is no proxy. */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): URL | undefined {
  const read = (name: string) => env[name] || env[name.toLowerCase()];
  const proxy = read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (!proxy || isExempt(url, read('NO_PROXY') ?? '')) return undefined;
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
  return URL.canParse(text) ? withLogin(new URL(text)) : undefined;
}

/** A `%` in a password that is no escape stands for itself; afterwards everybody can decode it. */
function withLogin(proxy: URL): URL {
  proxy.username = encodeURIComponent(decoded(proxy.username));
  proxy.password = encodeURIComponent(decoded(proxy.password));
  return proxy;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || host === '::1' || /^127\./.test(host)) return true;
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && (entry === '*' || matches(entry, host, port)));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry.includes('/')) return isIn(entry, host);
  const [, name = entry, at] = /^(.*?):(\d+)$/.exec(isAddress(entry, 6) ? '' : entry) ?? [];
  if (at !== undefined && at !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
  return host === bare || (!isAddress(host) && host.endsWith(`.${bare}`));
}
