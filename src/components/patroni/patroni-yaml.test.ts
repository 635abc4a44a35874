import { describe, expect, test } from 'vitest';
import type { PatroniConfig } from '../../domain/node-config.ts';
import { haOptions } from '../../domain/options.ts';
import type { PeerHost } from '../../domain/peer-hosts.ts';
import type { Node } from '../../domain/topology.ts';
import { clusterSettings, patroniYaml } from './patroni-yaml.ts';

const config: PatroniConfig = {
  kind: 'postgres',
  mode: 'patroni',
  scope: 'shop-1',
  etcd: ['etcd-1', 'etcd-2', 'etcd-3'],
  ha: haOptions.parse({}),
  standby_of: { node: 'postgres-1', slot: 'patroni' },
};
const parse = (overrides: Partial<PatroniConfig> = {}, peerHost?: PeerHost, node: Pick<Node, 'tls'> = {}) =>
  JSON.parse(
    patroniYaml({
      node: { name: 'postgres-2', ...node },
      config: { ...config, ...overrides },
      ...(peerHost ? { peerHost } : {}),
      passwords: { superuser: 's', replication: 'r', rewind: 'w' },
      settings: {
        parameters: { max_connections: 200, max_replication_slots: 20, shared_buffers: '256MB' },
        hbaLines: [],
      },
    }),
  );

describe('patroni.yml', () => {
  // Patroni drops them from a node's own file: a promoted node had 10 slots instead of 20.
  test('gives the settings that must be equal everywhere to the cluster, the others to the node', () => {
    const { bootstrap, postgresql } = parse();
    expect(bootstrap.dcs.postgresql.parameters).toEqual({ max_connections: 200, max_replication_slots: 20 });
    expect(postgresql.parameters).toEqual({ unix_socket_directories: '/run/postgresql', shared_buffers: '256MB' });
  });

  test('says by address where it is and where it finds others, where they have one', () => {
    const peerHost = (name: string) => name.replace(/^\w+-/, '10.48.4.');
    const { etcd3, restapi, postgresql, bootstrap, name } = parse({}, peerHost);
    expect(name).toBe('postgres-2');
    expect(etcd3.hosts).toEqual(['10.48.4.1:2379', '10.48.4.2:2379', '10.48.4.3:2379']);
    expect(restapi.connect_address).toBe('10.48.4.2:8008');
    expect(postgresql.connect_address).toBe('10.48.4.2:5432');
    expect(bootstrap.dcs.standby_cluster.host).toBe('10.48.4.1');
  });

  test('with TLS asks etcd by it, and answers by it: to change anything takes a certificate', () => {
    const pair = '/etc/pgrow/node.pem';
    const { etcd3, restapi, ctl } = parse({}, undefined, { tls: 'require' });
    expect(etcd3).toMatchObject({ protocol: 'https', cacert: '/etc/pgrow/ca.pem', cert: pair, key: pair });
    expect(restapi).toMatchObject({ certfile: pair, cafile: '/etc/pgrow/ca.pem', verify_client: 'optional' });
    expect(ctl).toEqual({ certfile: pair, cacert: '/etc/pgrow/ca.pem' });

    const plain = parse();
    expect(plain).not.toHaveProperty('ctl');
    expect(Object.keys(plain.etcd3)).toEqual(['hosts']);
    expect(Object.keys(plain.restapi)).toEqual(['listen', 'connect_address']);
  });

  test('begins as a standby cluster of the running primary, through the slot made for it', () => {
    expect(parse().bootstrap.dcs.standby_cluster).toMatchObject({
      host: 'postgres-1',
      port: 5432,
      primary_slot_name: 'patroni',
    });
    expect(parse({ standby_of: null }).bootstrap.dcs).not.toHaveProperty('standby_cluster');
  });

  test('never throws data away by itself', () => {
    expect(parse().postgresql).toMatchObject({
      remove_data_directory_on_rewind_failure: false,
      remove_data_directory_on_diverged_timelines: false,
    });
  });
});

describe('cluster settings', () => {
  test.each([10, 30, 60] as const)(
    'for a failover time of %i s keep Patroni’s rule for its timings',
    (failover_time) => {
      const { ttl, loop_wait, retry_timeout } = clusterSettings(haOptions.parse({ failover_time }));
      expect(ttl).toBeGreaterThanOrEqual(20);
      expect(retry_timeout).toBeGreaterThanOrEqual(3);
      expect(loop_wait + 2 * retry_timeout).toBeLessThanOrEqual(ttl);
    },
  );

  // With two for `all` the third standby, added later, never confirmed anything.
  test.each([
    ['async', false, 1],
    ['sync_one', true, 1],
    ['sync_all', true, 6],
  ] as const)('for sync mode %s', (sync_mode, synchronous_mode, synchronous_node_count) => {
    expect(clusterSettings(haOptions.parse({ sync_mode }))).toMatchObject({ synchronous_mode, synchronous_node_count });
  });

  test('with no lag allowed let only a member be elected that has everything', () => {
    const ha = haOptions.parse({ sync_mode: 'sync_one', maximum_lag_on_failover: 0 });
    expect(clusterSettings(ha)).toMatchObject({ maximum_lag_on_failover: 0 });
  });

  test('with unlimited lag let any member be elected', () => {
    const { maximum_lag_on_failover } = clusterSettings(haOptions.parse({ maximum_lag_on_failover: 'unlimited' }));
    expect(maximum_lag_on_failover).toBeGreaterThan(2 ** 50);
  });
});
