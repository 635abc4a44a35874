import { describe, expect, test } from 'vitest';
import { readPages } from '../../test/support/documentation.ts';
import { costOf } from './cost.ts';
import { newNode } from './nodes.ts';
import { haOptions } from './options.ts';
import { usualPrices } from './prices.ts';
import { firstTopology } from './plan/create.ts';
import type { ServerSize } from './server-size.ts';
import type { Stage } from './stage.ts';
import type { NodeKind, Topology } from './topology.ts';

const shop = { id: '0b5ad9e5-6a64-4c3b-9b52-0b8e3c0d5a11', name: 'shop', home: '1a2b3c4d' };

const topologyOf = (stage: Stage, counts: Partial<Record<NodeKind, number>>, size?: ServerSize): Topology => ({
  ...firstTopology(shop),
  stage,
  nodes: Object.entries({ front: 1, ...counts }).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index) =>
      newNode({ ...shop, ...(size && { size }) }, kind as NodeKind, index + 1),
    ),
  ),
  ha: stage === 3 ? { ...haOptions.parse({}), scope: 'shop-1', etcd_token: 'token' } : null,
});

describe('estimated cost per month', () => {
  test.each([
    ['single', 0, { postgres: 1 }, 15],
    ['pooling', 1, { postgres: 1, pgbouncer: 1 }, 15 + 3],
    ['one replica behind HAProxy', 2, { postgres: 2, haproxy: 1 }, 15 + 15 + 5],
    ['five replicas', 2, { postgres: 6, haproxy: 1 }, 15 + 5 * 15 + 5],
    ['a replica without HAProxy', 2, { postgres: 2 }, 15 + 15],
    ['a replica with pooling', 2, { postgres: 2, haproxy: 1, pgbouncer: 1 }, 15 + 15 + 5 + 3],
    ['ha', 3, { postgres: 3, etcd: 3, haproxy: 3 }, 75 + 2],
    ['ha with pooling', 3, { postgres: 3, etcd: 3, haproxy: 3, pgbouncer: 1 }, 75 + 2 + 3],
  ] as const)('%s', (_, stage, counts, dollars) => {
    const cost = costOf(topologyOf(stage, counts));
    expect(cost.monthly_usd).toBe(dollars);
    expect(cost.items.reduce((sum, item) => sum + item.monthly_usd, 0)).toBe(dollars);
  });

  test('of ha comes item by item', () => {
    expect(costOf(topologyOf(3, { postgres: 3, etcd: 3, haproxy: 3 })).items).toEqual([
      { kind: 'postgres', count: 3, monthly_usd: 45 },
      { kind: 'haproxy', count: 3, monthly_usd: 15 },
      { kind: 'etcd', count: 3, monthly_usd: 15 },
      { kind: 'storage', count: 1, monthly_usd: 2 },
    ]);
  });

  test('follows the size of its servers, and the price table', () => {
    const size = { memory_bytes: 4 * 1024 ** 3, cpus: 1.5 };
    const large = { ...shop, size };
    const topology = { ...firstTopology(large), nodes: [1, 2].map((ordinal) => newNode(large, 'postgres', ordinal)) };
    expect(costOf(topology).monthly_usd).toBe(2 * (1.5 * 5 + 4 * 5));
    expect(costOf(topology, { ...usualPrices, postgres_per_gib: 7, postgres_per_cpu: 0.01 })).toEqual({
      monthly_usd: 56.03,
      items: [{ kind: 'postgres', count: 2, monthly_usd: 56.03 }],
    });
  });

  test('does not count what is only kept for a rollback', () => {
    const topology = topologyOf(3, { postgres: 3, etcd: 3, haproxy: 3 });
    expect(costOf({ ...topology, kept: [newNode(shop, 'postgres', 9)] }).monthly_usd).toBe(77);
  });
});

describe('prices in the documentation', () => {
  const ha = { postgres: 3, etcd: 3, haproxy: 3 };

  test.each([
    ['single', 0, { postgres: 1 }],
    ['pooling', 1, { postgres: 1, pgbouncer: 1 }],
    ['one replica, pooling', 2, { postgres: 2, haproxy: 1, pgbouncer: 1 }],
    ['ha', 3, ha],
    ['ha, pooling', 3, { ...ha, pgbouncer: 1 }],
  ] as const)('of %s at three sizes', (name, stage, counts) => {
    const [small, medium, large] = [
      [4, 2],
      [16, 2],
      [64, 8],
    ].map(([gibibytes = 0, cpus = 0]) => {
      const size = { memory_bytes: gibibytes * 1024 ** 3, cpus };
      return `$${costOf(topologyOf(stage, counts, size)).monthly_usd}`;
    });
    const page = readPages().find(({ path }) => path === 'docs/comparison.md')!;
    expect(page.text).toContain(`| ${name} | ${small} | ${medium} | ${large} |`);
  });
});
