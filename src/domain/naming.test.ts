import { describe, expect, test } from 'vitest';
import type { PostgresMajor } from './database.ts';
import { imageOf, publishedPorts } from './container-spec.ts';
import {
  checkpointWorkflowId,
  containerName,
  databaseLabels,
  frontPorts,
  networkAliases,
  networkName,
  nodeLabels,
  operationWorkflowId,
  patroniScope,
  slotName,
  snapshotVolumeName,
  volumeName,
} from './naming.ts';
import { newNode } from './nodes.ts';
import { nodeKinds } from './topology.ts';

const shop = { id: '9f8e7d6c-6a64-4c3b-9b52-0b8e3c0d5a11', name: 'shop', home: '1a2b3c4d' };
const longest = { ...shop, name: `a${'-b_9'.repeat(9)}xyz` };

describe('names on the engine', () => {
  test('say which control plane, database and node they belong to', () => {
    expect(networkName(shop)).toBe('pgrow-1a2b3c4d-shop-9f8e7d6c');
    expect(containerName(shop, 'postgres-1')).toBe('pgrow-1a2b3c4d-shop-9f8e7d6c-postgres-1');
    expect(volumeName(shop, 'etcd-3')).toBe('pgrow-1a2b3c4d-shop-9f8e7d6c-etcd-3');
    expect(snapshotVolumeName(shop, 'snap-1a2b3c4d')).toBe('pgrow-1a2b3c4d-shop-9f8e7d6c-snap-1a2b3c4d');
  });

  test('are fit for the engine even for the longest name', () => {
    expect(longest.name).toHaveLength(40);
    for (const name of [
      networkName(longest),
      containerName(longest, 'pgbouncer-1'),
      volumeName(longest, 'postgres-12'),
    ]) {
      expect(name).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/);
    }
    // PostgreSQL cuts identifiers at 63 bytes: https://www.postgresql.org/docs/17/sql-syntax-lexical.html
    expect(patroniScope(longest, '1a2b3c4d').length).toBeLessThanOrEqual(63);
  });

  test.each([
    ['another control plane', { ...shop, home: '4d3c2b1a' }],
    ['the same name after a destroy', { ...shop, id: '11111111-6a64-4c3b-9b52-0b8e3c0d5a11' }],
    ['another database', { ...shop, name: 'shop-2' }],
  ])('do not collide with those of %s', (_, other) => {
    expect(networkName(other)).not.toBe(networkName(shop));
    expect(containerName(other, 'front')).not.toBe(containerName(shop, 'front'));
    expect(volumeName(other, 'postgres-1')).not.toBe(volumeName(shop, 'postgres-1'));
  });
});

test.each([
  ['postgres-2', 'postgres_2'],
  ['postgres-10', 'postgres_10'],
])('the replication slot of %s is %s', (node, slot) => {
  expect(slotName(node)).toBe(slot);
  expect(slot).toMatch(/^[a-z0-9_]{1,63}$/);
});

test.each([
  ['front', ['front', 'postgres']],
  ['postgres', ['postgres-1']],
  ['pgbouncer', ['pgbouncer-1', 'pgbouncer']],
  ['haproxy', ['haproxy-1', 'haproxy']],
  ['etcd', ['etcd-1']],
] as const)('a node of kind %s answers in its network as %j', (kind, aliases) => {
  expect(networkAliases(newNode(shop, kind, 1))).toEqual(aliases);
});

test('labels lead from a container to its control plane, database, operation and node', () => {
  expect(databaseLabels(shop)).toEqual({
    'pgrow.home': '1a2b3c4d',
    'pgrow.database': shop.id,
    'pgrow.database-name': 'shop',
  });
  expect(nodeLabels(shop, newNode(shop, 'haproxy', 2), 'operation-1')).toMatchObject({
    ...databaseLabels(shop),
    'pgrow.operation': 'operation-1',
    'pgrow.node': 'haproxy-2',
    'pgrow.kind': 'haproxy',
  });
});

test('workflow ids are those of the database', () => {
  expect(operationWorkflowId(shop.id)).toBe(`pgrow/${shop.id}`);
  expect(checkpointWorkflowId(shop.id)).toBe(`pgrow/${shop.id}/checkpoint`);
});

test('only the front has ports on the host, one for each address of the database', () => {
  const ports = { postgres: 1, pooled: 2, pooled_read_only: 3, read_write: 4, read_only: 5, stats: 6, any_node: 7 };
  const published = nodeKinds.map((kind) => [kind, publishedPorts(newNode(shop, kind, 1), ports).length]);
  expect(published).toEqual(nodeKinds.map((kind) => [kind, kind === 'front' ? 7 : 0]));
  const { any_node: _, ...before } = ports;
  expect(publishedPorts(newNode(shop, 'front', 0), before)).toHaveLength(6);
  expect(publishedPorts(newNode(shop, 'front', 0), ports)).toContainEqual({ container: frontPorts.pooled, host: 2 });
  expect(new Set(Object.values(frontPorts)).size).toBe(7);
  expect(imageOf('front', 17)).toBe('haproxy');
  expect([15, 17, 18].map((major) => imageOf('postgres', major as PostgresMajor))).toEqual([
    'postgres_15',
    'postgres',
    'postgres_18',
  ]);
});
