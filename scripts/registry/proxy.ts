/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, read as the engines read them (golang.org/x/net/http/httpproxy). */

/** Not imported: an import would load all of it at every start, for the few machines that have a proxy. */
const net = () => process.getBuiltinModule('node:net');

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
  const [range, bits] = entry.split('/');
  if (bits !== undefined) return inRange(range ?? '', Number(bits), host);
  const [, name = entry, at] = /^(.*?):(\d+)$/.exec(net().isIP(entry) === 6 ? '' : entry) ?? [];
  if (at !== undefined && at !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
  return host === bare || (!net().isIP(host) && host.endsWith(`.${bare}`));
}

function inRange(network: string, bits: number, host: string): boolean {
  const { BlockList, isIP } = net();
  const family = isIP(host) === 6 ? 'ipv6' : 'ipv4';
  const most = family === 'ipv6' ? 128 : 32;
  if (isIP(host) === 0 || isIP(network) !== isIP(host) || !(bits >= 0 && bits <= most)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list.check(host, family);
}
