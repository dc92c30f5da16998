/** Where a registry sends us for a token: the login goes there, so it must be a place worthy of it. */
import { BlockList, isIP } from 'node:net';
import { guarded } from './refusal.ts';

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  PRIVATE.addSubnet(network, bits, 'ipv4');
}
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');
PRIVATE.addAddress('::1', 'ipv6');
PRIVATE.addAddress('::', 'ipv6');

/** Without brackets, and without the dot that may end any name. */
const bare = (url: URL): string => url.hostname.replace(/^\[|\]$|\.$/g, '');

const isPrivateAddress = (address: string): boolean => {
  const family = isIP(address);
  return family !== 0 && PRIVATE.check(address, family === 6 ? 'ipv6' : 'ipv4');
};

const saysPrivate = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || isPrivateAddress(host);

/**
 * The realm as a URL.
 * @throws Failure if it is http for an https registry, or an address inside for a registry outside
 */
export async function checkRealm(realm: string, registry: URL): Promise<URL> {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  const refuse = (why: string) =>
    guarded(
      'UNREACHABLE',
      `${registry.host} sends logins to ${url?.origin ?? 'no URL at all'}, ${why}: refused`,
    );
  if (!url || !/^https?:$/.test(url.protocol)) throw refuse('which is no web address');
  if (registry.protocol === 'https:' && url.protocol !== 'https:') throw refuse('which is not encrypted');
  if (saysPrivate(bare(url)) && !(await isInside(bare(registry)))) {
    throw refuse('an address inside this network');
  }
  return url;
}

/** Whether the registry's own host is inside: then its token server may be, too. */
async function isInside(host: string): Promise<boolean> {
  if (saysPrivate(host)) return true;
  if (isIP(host) !== 0) return false;
  const { lookup } = await import('node:dns/promises');
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.some(({ address }) => isPrivateAddress(address));
}
