import { describe, expect, test } from 'vitest';
import type { Database } from './database.ts';
import { newNode } from './nodes.ts';
import { poolingOptions, replicaOptions } from './options.ts';
import { firstTopology } from './plan/create.ts';
import { frontConfig, poolerConfig, routerConfig } from './routes.ts';
import type { Node, Topology } from './topology.ts';

const shop: Pick<Database, 'id' | 'name' | 'home'> = {
  id: '9f8e7d6c-6a64-4c3b-9b52-0b8e3c0d5a11',
  name: 'shop',
  home: '1a2b3c4d',
};
const pooling = poolingOptions.parse({});
const single = firstTopology(shop);

const withNodes = (topology: Topology, stage: Topology['stage'], ...nodes: readonly Node[]): Topology => ({
  ...topology,
  stage,
  nodes: [...topology.nodes, ...nodes],
});
const pooled = (topology: Topology): Topology => ({
  ...withNodes(topology, topology.stage === 0 ? 1 : topology.stage, newNode(shop, 'pgbouncer', 1)),
  pooling,
});
const nodes = (kind: Node['kind'], ...ordinals: number[]) => ordinals.map((ordinal) => newNode(shop, kind, ordinal));

const replicas = withNodes(single, 2, ...nodes('postgres', 2, 3), ...nodes('haproxy', 1));
const withoutHaproxy = withNodes(single, 2, ...nodes('postgres', 2, 3));
const ha: Topology = {
  ...single,
  stage: 3,
  nodes: [...nodes('front', 0), ...nodes('postgres', 2, 3, 4), ...nodes('etcd', 1, 2, 3), ...nodes('haproxy', 1, 2, 3)],
  kept: nodes('postgres', 1),
  primary: 'postgres-2',
};

const at = (port: number, ...names: string[]) => ({ nodes: names, port });
const primary = at(5432, 'postgres-1');
const readers = at(5432, 'postgres-2', 'postgres-3');
const allServers = at(5432, 'postgres-1', 'postgres-2', 'postgres-3');
const pooler = at(5432, 'pgbouncer-1');
const pooledReaders = at(5433, 'pgbouncer-1');
const one = (port: number) => at(port, 'haproxy-1');
const three = (port: number) => at(port, 'haproxy-1', 'haproxy-2', 'haproxy-3');

/** postgres, pooled, pooled read-only, read-write, read-only, stats, any node */
const fronts = [
  ['single', single, [primary, primary, primary, primary, primary, null, primary]],
  ['pooling', pooled(single), [primary, pooler, pooler, primary, primary, null, primary]],
  ['replicas', replicas, [one(5432), one(5432), one(5433), one(5432), one(5433), one(8404), one(5434)]],
  [
    'replicas, pooled',
    pooled(replicas),
    [one(5432), pooler, pooledReaders, one(5432), one(5433), one(8404), one(5434)],
  ],
  ['replicas without HAProxy', withoutHaproxy, [primary, primary, readers, primary, readers, null, allServers]],
  ['the same, pooled', pooled(withoutHaproxy), [primary, pooler, pooledReaders, primary, readers, null, allServers]],
  ['ha', ha, [three(5432), three(5432), three(5433), three(5432), three(5433), three(8404), three(5434)]],
  ['ha, pooled', pooled(ha), [three(5432), pooler, pooledReaders, three(5432), three(5433), three(8404), three(5434)]],
] as const;

describe.each(fronts)(
  'the front at %s',
  (_, topology, [postgres, pooledWrites, pooledReads, writes, reads, stats, any]) => {
    const { routes } = frontConfig(topology);

    test('leads every address to the best there is', () => {
      expect(routes).toEqual({
        postgres,
        pooled: pooledWrites,
        pooled_read_only: pooledReads,
        read_write: writes,
        read_only: reads,
        stats,
        any_node: any,
      });
    });

    test('leads nowhere for statistics alone, and only to nodes there are', () => {
      const names = topology.nodes.map(({ name }) => name);
      const nowhere = Object.entries(routes).flatMap(([name, upstream]) => (upstream?.nodes.length ? [] : [name]));
      expect(nowhere.filter((name) => name !== 'stats')).toEqual([]);
      const unknown = Object.values(routes).flatMap((upstream) =>
        upstream?.nodes.filter((node) => !names.includes(node)),
      );
      expect(unknown.filter(Boolean)).toEqual([]);
    });

    test('leads readers past the primary where there are replicas', () => {
      const hasReplicas = topology.nodes.filter(({ kind }) => kind === 'postgres').length > 1;
      const direct = [routes.read_only, routes.pooled_read_only].flatMap((upstream) => upstream?.nodes ?? []);
      expect(hasReplicas && direct.includes(topology.primary)).toBe(false);
    });
  },
);

test.each([
  ['pooling', single, primary, null],
  ['replicas', replicas, one(5432), one(5433)],
  ['replicas without HAProxy', withoutHaproxy, primary, readers],
  ['ha', ha, three(5432), three(5433)],
] as const)('the pooler at %s', (_, topology, read_write, read_only) => {
  expect(poolerConfig(pooled(topology), pooling)).toEqual({
    kind: 'pgbouncer',
    options: pooling,
    read_write,
    read_only,
  });
});

describe('HAProxy', () => {
  test.each([
    ['replicas', replicas, ['postgres-1', 'postgres-2', 'postgres-3']],
    ['ha', ha, ['postgres-2', 'postgres-3', 'postgres-4']],
  ] as const)('at %s knows every PostgreSQL node, none that is only kept', (_, topology, servers) => {
    expect(routerConfig(topology)).toEqual({ kind: 'haproxy', servers, load_balancing: 'round_robin' });
  });

  test('balances as the options say', () => {
    const options = replicaOptions.parse({ load_balancing: 'least_connections' });
    expect(routerConfig({ ...replicas, replicas: options }).load_balancing).toBe('least_connections');
  });
});
