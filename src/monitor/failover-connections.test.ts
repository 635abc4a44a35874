import { expect, test } from 'vitest';
import { haTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import type { Session } from '../nodes/session.ts';
import { PgrowError } from '../domain/errors.ts';
import { nodeNamed } from '../domain/topology.ts';
import { openFailoverConnections } from './failover-connections.ts';

// While Patroni elected, a member that was asked and did not answer was connected again every few milliseconds, and each
// of those connections stayed open.
test('a connection that has failed is ended before there is another', async () => {
  const record = sampleDatabase('shop');
  const database = { ...record, topology: haTopology(record) };
  let open = 0;
  let mostOpen = 0;
  let asked = 0;
  const session = {
    database,
    peer: () => Promise.reject(new PgrowError('no_answer', 'no router runs')),
    connectSuperuser: async () => {
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      return { query: async () => [], end: async () => void (open -= 1) };
    },
  } as unknown as Session;
  const isReplica = async () => {
    asked += 1;
    if (asked < 20) throw new PgrowError('no_answer', 'the connection is gone');
    return false;
  };
  const components = { postgres: { isReplica }, haproxy: {} } as unknown as Parameters<
    typeof openFailoverConnections
  >[0]['components'];
  const ways = openFailoverConnections({ components }, session, nodeNamed(database.topology, 'postgres-2'));
  const successor = await ways.successor();
  ways.close();
  await new Promise((resolve) => setImmediate(resolve));

  expect(['postgres-3', 'postgres-4']).toContain(successor.name);
  // One to each of the two that may succeed, and one that is about to end.
  expect(mostOpen).toBeLessThan(5);
  expect(open).toBe(0);
});
