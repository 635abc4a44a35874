/**
 * Whether an address is one of the public internet. A channel leads wherever its admin says: to the control plane's own
 * machine and network only where that is allowed.
 */

/** What is not public, by IANA's registry of special purposes (RFC 6890): first address and length of the prefix. */
const specialIpv4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** Within 2000::/3. Some of them lead to an IPv4 address that they hold. */
const specialIpv6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/** Text that is no address counts as not public. */
export const isPublicAddress = (address: string): boolean => {
  const ipv4 = readIpv4(address);
  if (ipv4 !== null) return !specialIpv4.some(([first, length]) => hasPrefix(ipv4, readIpv4(first)!, length));
  const ipv6 = readIpv6(address);
  if (ipv6 === null) return false;
  // NAT64 (RFC 6052): the way to an IPv4 address from a network that has none.
  if (hasPrefix(ipv6, readIpv6('64:ff9b::')!, 96)) return isPublicAddress(ipv6.slice(12).join('.'));
  const isGlobal = hasPrefix(ipv6, readIpv6('2000::')!, 3);
  return isGlobal && !specialIpv6.some(([first, length]) => hasPrefix(ipv6, readIpv6(first)!, length));
};

/** The address that a URL's host is, without brackets; null for a name. */
export const addressIn = (host: string): string | null => {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return readIpv4(bare) !== null || readIpv6(bare) !== null ? bare : null;
};

type Bytes = readonly number[];

const hasPrefix = (address: Bytes, prefix: Bytes, length: number): boolean =>
  prefix.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, length - index * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    return ((address[index] ?? 0) & mask) === (byte & mask);
  });

const readIpv4 = (text: string): Bytes | null => {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null;
  const bytes = text.split('.').map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
};

const readIpv6 = (text: string): Bytes | null => {
  const [address = ''] = text.split('%', 1);
  const mixed = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const ipv4 = mixed ? readIpv4(mixed[2]!) : null;
  if (mixed && ipv4 === null) return null;
  const groups = mixed && ipv4 ? `${mixed[1]}${pairOf(ipv4, 0)}:${pairOf(ipv4, 2)}` : address;
  if (!/^[0-9a-f:]+$/i.test(groups)) return null;
  const halves = groups.split('::');
  if (halves.length > 2) return null;
  const [before = [], after] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - before.length - (after?.length ?? 0);
  if (after === undefined ? missing !== 0 : missing < 1) return null;
  const all = [...before, ...Array.from({ length: missing }, () => '0'), ...(after ?? [])];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
};

const pairOf = (bytes: Bytes, from: number): string =>
  (((bytes[from] ?? 0) << 8) | (bytes[from + 1] ?? 0)).toString(16);
