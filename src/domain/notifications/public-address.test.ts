import { describe, expect, test } from 'vitest';
import { addressIn, isPublicAddress } from './public-address.ts';

describe('an address of the public internet', () => {
  test.each(['8.8.8.8', '93.184.216.34', '172.32.0.1', '100.128.0.1', '2606:4700::6810:84e5', '64:ff9b::8.8.8.8'])(
    '%s is one',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  test.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['loopback', '::1'],
    ['this host', '0.0.0.0'],
    ['this host', '::'],
    ['private', '10.1.2.3'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['link-local, where clouds keep credentials', '169.254.169.254'],
    ['link-local', 'fe80::1%eth0'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['unique local', 'fd00::1'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped, as URLs write it', '::ffff:7f00:1'],
    ['IPv4-mapped, of a public one', '::ffff:8.8.8.8'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:1::1'],
    ['NAT64 of a private one', '64:ff9b::10.0.0.1'],
    ['multicast', '224.0.0.1'],
    ['multicast', 'ff02::1'],
    ['broadcast', '255.255.255.255'],
    ['documentation', '2001:db8::1'],
    ['no address at all', 'hooks.example.com'],
    ['no address at all', '1.2.3.256'],
    ['no address at all', '1::2::3'],
  ])('%s is none: %s', (_, address) => expect(isPublicAddress(address)).toBe(false));
});

test('a host is an address or a name', () => {
  expect(addressIn(new URL('https://[::1]:8080/x').hostname)).toBe('::1');
  // What URLs make of other notations of the same address.
  expect(addressIn(new URL('http://0x7f.1/').hostname)).toBe('127.0.0.1');
  expect(addressIn('hooks.example.com')).toBeNull();
});
