/** Ranges of addresses, `10.0.0.0/8`, as proxies' exceptions and insecure registries are written. */

/** Not imported: an import would load all of it at every start, for the few machines that have such settings. */
const net = () => process.getBuiltinModule('node:net');

/** Whether it is an IP address, of that version if one is given, rather than a name. */
export const isAddress = (host: string, version?: 4 | 6): boolean => {
  const is = net().isIP(host);
  return version === undefined ? is !== 0 : is === version;
};

/** Whether the address is in the range; false for a name and for what is no range. */
export function isIn(range: string, address: string): boolean {
  const { BlockList, isIP } = net();
  const [network = '', length = ''] = range.split('/');
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  if (version === 0 || isIP(network) !== version || !/^\d+$/.test(length) || Number(length) > most)
    return false;
  const family = version === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, Number(length), family);
  return list.check(address, family);
}
