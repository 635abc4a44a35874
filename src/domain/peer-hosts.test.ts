import { describe, expect, test } from 'vitest';
import type { NodeConfig } from './node-config.ts';
import { haOptions, poolingOptions } from './options.ts';
import { peerHostOf, peerHostsOf, withAddresses } from './peer-hosts.ts';
import type { Node } from './topology.ts';

const network = { subnet: '10.48.4.0/22' };
const node: Node = { name: 'etcd-1', kind: 'etcd', container: 'c', volume: null, address_number: 9 };
const config: NodeConfig = { kind: 'etcd', members: ['etcd-1', 'etcd-2'], token: 't', addresses: { 'etcd-2': 10 } };

describe('where a node is found by its peers', () => {
  const found = (where: typeof network | undefined, configured = config) => {
    const peerHost = peerHostsOf(where, { node, config: configured });
    return ['etcd-1', 'etcd-2', 'etcd-3'].map(peerHost);
  };
  const { addresses: _, ...earlier } = config;

  test('is at its address, its own too; by name where the plan gives none', () => {
    expect(found(network)).toEqual(['10.48.4.9', '10.48.4.10', 'etcd-3']);
    expect(found(network, earlier)).toEqual(['10.48.4.9', 'etcd-2', 'etcd-3']);
  });

  test('is by name in a database whose network the engine has chosen', () => {
    expect(found(undefined)).toEqual(['etcd-1', 'etcd-2', 'etcd-3']);
    expect(peerHostOf(undefined, node)).toBe('etcd-1');
    expect(peerHostOf(network, node)).toBe('10.48.4.9');
  });
});

describe('a configuration has the addresses of those that it names', () => {
  const numbers: Readonly<Record<string, number>> = {
    'postgres-1': 2,
    'postgres-2': 3,
    'etcd-1': 4,
    'haproxy-1': 5,
    'pgbouncer-1': 6,
  };
  const upstream = (...nodes: string[]) => ({ nodes, port: 5432 });
  const to = upstream('haproxy-1', 'haproxy-2');
  test.each<[string, NodeConfig, readonly string[]]>([
    ['a primary', { kind: 'postgres', mode: 'primary', synchronous_standbys: ['postgres-2'] }, []],
    [
      'a replica',
      { kind: 'postgres', mode: 'replica', follow: ['postgres-1', 'postgres-2'], slot: 's' },
      ['postgres-1', 'postgres-2'],
    ],
    [
      'a member of Patroni',
      {
        kind: 'postgres',
        mode: 'patroni',
        scope: 's',
        etcd: ['etcd-1', 'etcd-2'],
        ha: haOptions.parse({}),
        standby_of: { node: 'postgres-1', slot: 's' },
      },
      ['etcd-1', 'postgres-1'],
    ],
    [
      'a pooler',
      { kind: 'pgbouncer', options: poolingOptions.parse({}), read_write: to, read_only: upstream('postgres-2') },
      ['haproxy-1', 'postgres-2'],
    ],
    ['a router', { kind: 'haproxy', servers: ['postgres-1'], load_balancing: 'round_robin' }, ['postgres-1']],
    [
      'a front',
      {
        kind: 'front',
        routes: {
          postgres: to,
          pooled: upstream('pgbouncer-1'),
          pooled_read_only: to,
          read_write: to,
          read_only: to,
          stats: null,
        },
      },
      ['haproxy-1', 'pgbouncer-1'],
    ],
    ['etcd', { kind: 'etcd', members: ['etcd-1', 'etcd-2'], token: 't' }, ['etcd-1']],
  ])('of %s', (_, of, named) => {
    const { addresses = {} } = withAddresses(of, (name) => numbers[name]);
    expect(Object.keys(addresses).toSorted()).toEqual(named.toSorted());
  });
});
