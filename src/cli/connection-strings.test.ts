import { describe, expect, test } from 'vitest';
import { passfileLine } from './connect.ts';
import { chooseConnectionString, shownEndpoints, type ConnectionStrings } from './connection-strings.ts';
import { chosenEndpoint } from './url.ts';

const at = (port: number): string => `postgresql://shop:s%3Acret@127.0.0.1:${port}/shop`;
const single = {
  postgres: at(1),
  pooled: null,
  pooled_read_only: null,
  read_write: null,
  read_only: null,
  any_node: null,
};
const strings: ConnectionStrings = {
  best: 'postgres',
  host: single,
  network: { ...single, postgres: 'in the network' },
  clients_network: 'pgrow-1a2b3c4d-shop-9f8e7d6c-clients',
};

describe('which connection string is printed', () => {
  test('without a choice the one that the API calls best', () => {
    expect(chooseConnectionString('shop', strings)).toBe(at(1));
    const pooled: ConnectionStrings = { ...strings, best: 'pooled', host: { ...single, pooled: at(3) } };
    expect(chooseConnectionString('shop', pooled)).toBe(at(3));
  });

  test('inside the network where that was asked for', () => {
    expect(chooseConnectionString('shop', strings, { side: 'network' })).toBe('in the network');
  });

  test('an endpoint that the stage does not have is refused with the way to get it', () => {
    expect(() => chooseConnectionString('shop', strings, { endpoint: 'read_only' })).toThrow(
      'shop has no read-only endpoint at its present stage. Add one: ./pgrow expand shop --to replicas',
    );
  });

  // The front of a database is never restarted for a port of its own.
  test('of a database that was made before there was the endpoint, it says where it is to be had', () => {
    const host = { ...single, read_only: at(5) };
    const there = { ...strings, host, network: { ...host, any_node: 'in the network' } };
    expect(() => chooseConnectionString('shop', there, { endpoint: 'any_node' })).toThrow(
      'shop was made before there was an any-node endpoint, so it has no port on the host for it. Use the network: ./pgrow url shop --any-node --from network',
    );
    expect(() => chooseConnectionString('shop', { ...there, network: host }, { endpoint: 'any_node' })).toThrow(
      'It comes into its network with the next operation that configures its routers',
    );
  });

  test('two choices at once are wrong usage', () => {
    expect(() => chosenEndpoint({ pooled: true, readOnly: true })).toThrow(/Choose one/);
    expect(chosenEndpoint({ readOnly: true })).toBe('read_only');
  });

  test('what is shown in reports has no password', () => {
    expect(shownEndpoints({ ...strings, host: { ...single, pooled: at(3) } })).toMatchObject({
      pooled: 'postgresql://shop@127.0.0.1:3/shop',
      read_only: null,
    });
  });
});

test('a password with colons and backslashes reaches psql unharmed', () => {
  const endpoint = { host: '127.0.0.1', port: 5432, user: 'shop', database: 'shop', password: 'a:b\\c' };
  expect(passfileLine(endpoint)).toBe('127.0.0.1:5432:shop:shop:a\\:b\\\\c');
});
