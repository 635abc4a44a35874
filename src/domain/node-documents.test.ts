import { expect, test } from 'vitest';
import { haTopology } from '../../test/support/sample-database.ts';
import { plannedNodes } from './layers.ts';
import type { LiveNode } from './live-state.ts';
import { nodeDocuments } from './node-documents.ts';
import { newNode } from './nodes.ts';

const shop = { id: '5c0ffee5-0000-4000-8000-000000000001', name: 'shop', home: '1a2b3c4d' };
const kept = newNode(shop, 'postgres', 1, 'replica');
const seen = (node: Partial<LiveNode> & Pick<LiveNode, 'name' | 'kind'>): LiveNode => ({
  role: null,
  state: 'running',
  detail: null,
  container: 'c',
  lag_bytes: null,
  position: null,
  ...node,
});

test('every node has its layer, who leads is said of servers and of etcd, and a kept one until when', () => {
  const nodes = [
    seen({ name: 'postgres-4', kind: 'postgres', role: 'primary', position: { lsn: '0/1', timeline: 7 } }),
    seen({ name: 'etcd-1', kind: 'etcd', facts: { leads: true } }),
    seen({
      name: 'pgbouncer-1',
      kind: 'pgbouncer',
      facts: { pool: { active: 4, waiting: 0, limit: 100, paused: false } },
    }),
    seen({ name: kept.name, kind: 'postgres' }),
  ];
  const until = '2031-01-01T10:30:00.000Z';
  expect(nodeDocuments({ nodes }, { kept: [kept] }, { rollback_available_until: until })).toMatchObject([
    { name: 'postgres-4', layer: 'database', leads: true, timeline: 7, kept: null, pool: null },
    { name: 'etcd-1', layer: 'consensus', leads: true },
    { name: 'pgbouncer-1', layer: 'pooling', leads: null, pool: { active: 4 } },
    { name: 'postgres-1', leads: null, kept: { until } },
  ]);
});

test('what a look found beside the state is not shown twice', () => {
  expect(
    nodeDocuments({ nodes: [seen({ name: 'front', kind: 'front', facts: {} })] }, { kept: [] }, null)[0],
  ).not.toHaveProperty('facts');
});

test('a plan shows the nodes there would be, with the one that takes writes', () => {
  const topology = { ...haTopology(shop), kept: [kept] };
  const nodes = plannedNodes(topology);
  expect(nodes.filter(({ primary }) => primary).map(({ name }) => name)).toEqual([topology.primary]);
  expect(nodes.at(-1)).toEqual({ name: 'postgres-1', kind: 'postgres', layer: 'database', primary: false, kept: true });
});
