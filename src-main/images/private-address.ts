/** Which addresses a URL out of a dataset may lead to. Source of the ranges: IANA special-purpose registries. */
import { BlockList, isIP } from 'node:net';

type Range = readonly [network: string, prefix: number];

/** This machine and the user's own networks: allowed when the user says so. */
const PRIVATE: readonly Range[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['::1', 128],
  ['fc00::', 7],
];

/** Never: link-local holds the metadata services of clouds; the others name no single host, or wrap another address. */
const NEVER: readonly Range[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fe80::', 10],
  ['ff00::', 8],
];

const privateList = blockList(PRIVATE);
const neverList = blockList(NEVER);

/** `never`: not even when private addresses are allowed. An address that is none is `never`. */
export function addressClass(address: string): 'public' | 'private' | 'never' {
  const plain = unmapped(address.replace(/%.*$/, ''));
  const family = isIP(plain);
  if (family === 0) return 'never';
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (neverList.check(plain, type)) return 'never';
  return privateList.check(plain, type) ? 'private' : 'public';
}

/** `::ffff:127.0.0.1`, `::ffff:7f00:1` and `::127.0.0.1` are the IPv4 address inside. */
function unmapped(address: string): string {
  const match = /^::(?:ffff:(?:0:)?)?(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(
    address,
  );
  if (match === null) return address;
  const [, dotted, high = '', low = ''] = match;
  if (dotted !== undefined) return dotted;
  const [upper, lower] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [upper >> 8, upper & 255, lower >> 8, lower & 255].join('.');
}

function blockList(ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) {
    list.addSubnet(network, prefix, isIP(network) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
