import { describe, expect, test } from 'vitest';
import {
  addressOf,
  chooseSubnet,
  defaultSubnetPool,
  isSubnetPool,
  layoutOf,
  nextNumbers,
  requireSubnets,
  subnetAround,
} from './addresses.ts';

const id = (first: string) => `${first}-3a0b-4a6e-9c53-8a54b9bd4a10`;
const atStart = id('00000000');

describe('a pool of subnets', () => {
  test.each(['10.48.0.0/12', '10.0.0.0/8', '172.20.0.0/14', '192.168.0.0/16', '192.168.4.0/22', '100.64.0.0/10'])(
    'can be %s',
    (pool) => expect(isSubnetPool(pool)).toBe(true),
  );

  test.each([
    ['not the first address of its range', '10.48.0.1/12'],
    ['too small for a network', '192.168.4.0/23'],
    ['larger than any private range', '0.0.0.0/0'],
    ['partly public', '172.0.0.0/8'],
    ['public', '8.8.0.0/16'],
    ['no range', '10.48.0.0'],
    ['no address', '10.48.0.300/12'],
    ['no number of bits', '10.48.0.0/99'],
    ['IPv6', 'fd00::/64'],
    ['a list', '10.48.0.0/12,10.64.0.0/12'],
    ['nonsense', 'everything'],
  ])('is refused that is %s: %s', (_, pool) => expect(isSubnetPool(pool)).toBe(false));

  // It was allowed while a database had one network; refused at start, it would keep those that have one from being served.
  test('of a single network can be, and has no room for a database that is made now', () => {
    expect(() => requireSubnets('192.168.8.0/21', 2)).not.toThrow();
    expect(() => requireSubnets('192.168.4.0/22', 2)).toThrow(
      /A database has 2 networks, a \/22 each, and 192\.168\.4\.0\/22 has room for 1\. Set PGROW_SUBNET_POOL/,
    );
  });

  test('has room for five hundred databases by default', () => {
    expect(isSubnetPool(defaultSubnetPool)).toBe(true);
    const taken: string[] = [];
    for (let network = 0; network < 2 * 512; network += 1)
      taken.push(chooseSubnet({ pool: defaultSubnetPool, taken, id: atStart }));
    expect(new Set(taken).size).toBe(1024);
    expect(() => chooseSubnet({ pool: defaultSubnetPool, taken, id: atStart })).toThrow(/PGROW_SUBNET_POOL/);
  });
});

describe('the subnet of a database', () => {
  const choose = (taken: readonly string[], from = atStart) => chooseSubnet({ pool: '10.48.0.0/12', taken, id: from });

  test('is the first that is free from a place of its own on, around the end', () => {
    expect(choose([])).toBe('10.48.0.0/22');
    expect(choose([], id('00000002'))).toBe('10.48.8.0/22');
    expect(choose(['10.63.252.0/22'], id('000003ff'))).toBe('10.48.0.0/22');
  });

  test.each([
    ['a subnet of another database', '10.48.0.0/22'],
    ['a smaller network of the engine within it', '10.48.2.128/25'],
    ['a route to a single host', '10.48.1.7/32'],
  ])('avoids %s', (_, taken) => expect(choose([taken])).toBe('10.48.4.0/22'));

  test('avoids the larger network that it would be part of', () => {
    expect(choose(['10.48.0.0/16'])).toBe('10.49.0.0/22');
  });

  test('is not kept from it by what is elsewhere, or IPv6', () => {
    expect(choose(['172.17.0.0/16', '10.47.255.0/24', 'fd00::/64'])).toBe('10.48.0.0/22');
  });

  test('is refused, with what to do, where a route covers the whole pool', () => {
    expect(() => choose(['10.0.0.0/8'])).toThrow(
      /No subnet is free in 10\.48\.0\.0\/12: .*route of this host.*Set PGROW_SUBNET_POOL/,
    );
  });

  test('is found by any of its addresses', () => {
    expect(subnetAround('10.48.7.1')).toBe('10.48.4.0/22');
  });

  test('leaves the engine a part that no node has addresses in', () => {
    expect(layoutOf('10.48.4.0/22')).toEqual({
      subnet: '10.48.4.0/22',
      gateway: '10.48.4.1',
      dynamic: '10.48.7.0/24',
    });
  });
});

describe('the address of a node', () => {
  const network = { subnet: '10.48.4.0/22' };
  test.each([
    [2, '10.48.4.2'],
    [255, '10.48.4.255'],
    [256, '10.48.5.0'],
    [767, '10.48.6.255'],
  ])('is the one of its number in the subnet: %i is %s', (address_number, address) =>
    expect(addressOf(network, { address_number })).toBe(address),
  );

  test('is left to the engine where the node has no number, or the database no subnet', () => {
    expect(addressOf(network, {})).toBeNull();
    expect(addressOf(undefined, { address_number: 5 })).toBeNull();
  });
});

describe('numbers of new nodes', () => {
  test('continue after those that were given, whether these are in use or not', () => {
    expect(nextNumbers(0, new Set(), 2)).toEqual({ numbers: [2, 3], given: 2 });
    expect(nextNumbers(14, new Set([2, 3]), 1)).toEqual({ numbers: [16], given: 15 });
  });

  test('begin again with the oldest that no node has, once all were given', () => {
    expect(nextNumbers(765, new Set([2, 4]), 4)).toEqual({ numbers: [767, 3, 5, 6], given: 771 });
  });

  test('never reach what the engine chooses from, and all of them are used before one is again', () => {
    const { numbers } = nextNumbers(0, new Set(), 766);
    expect(new Set(numbers).size).toBe(766);
    expect(Math.max(...numbers)).toBe(767);
  });

  test('are refused where every address has a node', () => {
    const all = new Set(nextNumbers(0, new Set(), 766).numbers);
    expect(() => nextNumbers(766, all, 1)).toThrow(/can have 766 nodes: 766 are there, 1 more/);
  });
});
