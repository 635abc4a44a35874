import { expect, test } from 'vitest';
import { sampleDatabase } from '../../test/support/sample-database.ts';
import { hostOf, hostOfCall, localHost, queueOfHost } from './hosts.ts';
import { nodeNamed } from './topology.ts';

// Every activity went to the one task queue there is, so that a container on another host could not have been reached.

const { topology } = sampleDatabase('shop');
const node = nodeNamed(topology, 'postgres-1');
const elsewhere = { ...node, host: 'db-2' };

test('an action at a node’s container goes to the worker on its host', () => {
  const queue = (input: object) => queueOfHost('pgrow', hostOfCall({ input } as Parameters<typeof hostOfCall>[0]));
  expect(queue({ node: elsewhere, config: {} })).toBe('pgrow-on-db-2');
  expect(queue({ of: elsewhere, snapshot: 'snap-1' })).toBe('pgrow-on-db-2');
  expect(queue({ on: elsewhere, slot: 'postgres_2' })).toBe('pgrow-on-db-2');
  expect(queue({ node, config: {} })).toBe('pgrow');
});

test('what touches no container, or speaks with several nodes, stays with the control plane', () => {
  expect(hostOfCall({ input: {} })).toBe(localHost);
  expect(hostOfCall({ input: { nodes: [elsewhere, node] } })).toBe(localHost);
});

test('a node that was recorded without a host is on the one there was', () => {
  expect(hostOf(node)).toBe(localHost);
});
