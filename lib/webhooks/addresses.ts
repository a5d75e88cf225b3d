import { BlockList, isIP } from 'node:net';

/**
 * Addresses that are not on the public internet (IANA's special-purpose registries for IPv4 and IPv6). For IPv6 this is
 * everything outside 2000::/3, the only space that is given out, and the special ranges inside of it.
 */
const ipv4Ranges = [
  '0.0.0.0/8', // this network, unspecified
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, and the metadata service of every cloud
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
];

const ipv6Ranges = [
  '::/3', // unspecified, loopback, IPv4-mapped and -compatible, NAT64, discard
  '2001::/23', // Teredo, benchmarks, ORCHID and other protocol assignments
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which carries an IPv4 address
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
  '4000::/2', // not given out, and SRv6
  '8000::/1', // not given out, unique local, link-local, site-local, multicast
];

function listOf(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network, prefix] = range.split('/') as [string, string];
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}

// Two lists, because Node checks an IPv4-mapped IPv6 address against the IPv4 rules of the same list, and the other way round.
const notPublicIpv4 = listOf(ipv4Ranges, 'ipv4');
const notPublicIpv6 = listOf(ipv6Ranges, 'ipv6');
const loopbackIpv4 = listOf(['127.0.0.0/8'], 'ipv4');
const loopbackIpv6 = listOf(['::1/128'], 'ipv6');

/** Whether an address is on the public internet. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !notPublicIpv4.check(address, 'ipv4');
  // A zone, as in fe80::1%eth0, only makes sense on a local link.
  return family === 6 && !address.includes('%') && !notPublicIpv6.check(address, 'ipv6');
}

/** Whether an address is this machine itself. */
export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return loopbackIpv4.check(address, 'ipv4');
  return family === 6 && !address.includes('%') && loopbackIpv6.check(address, 'ipv6');
}

/** The address in a URL that names no host but an address. */
export function addressIn(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(host) === 0 ? undefined : host;
}

/** The port of HTTPS, and those that need no privilege: not the mail, file and login services below. */
const firstFreePort = 1024;

/** The port in a URL, if webhooks do not go there. */
export function refusedPort(url: URL): number | undefined {
  return url.port !== '' && Number(url.port) < firstFreePort ? Number(url.port) : undefined;
}
