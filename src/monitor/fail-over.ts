import { openLeaderLock } from '../activities/leader-lock.ts';
import { holdClients } from '../activities/hold-clients.ts';
import { openSession } from '../activities/session.ts';
import type { Database } from '../domain/database.ts';
import { nodesOf, type Node } from '../domain/topology.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { openWays } from './ways.ts';

/** A change of leader that nobody planned. Milliseconds since the engine said that the old one had exited. */
export interface Failover {
  readonly previous_leader: string;
  readonly new_leader: string;
  readonly lock_released_ms: number;
  readonly writable_ms: number;
  readonly routed_ms: number;
  readonly duration_ms: number;
}

/**
 * The leader's container has exited: Patroni elects at once instead of after its ttl, for the lock of exactly this leader
 * is taken away. Meanwhile poolers hold their clients, so that only what was under way on the dead node fails; and
 * everybody who has to be told of the successor is connected.
 * @returns null when it did not lead, or has not exited
 */
export const failOver = async (
  dependencies: MonitorDependencies,
  database: Database,
  dead: Node,
): Promise<Failover | null> => {
  const began = performance.now();
  const since = () => Math.round(performance.now() - began);
  const session = await openSession(dependencies, database.id);
  // Before anything else: whoever is not held yet is refused.
  const clients = await holdClients(dependencies, session, nodesOf(database.topology, 'pgbouncer'));
  const ways = openWays(dependencies, session, dead);
  try {
    const [lock, exited] = await Promise.all([
      openLeaderLock(dependencies, session),
      // Answers when the engine has let go of its name and address: before, the candidates would wait for its word.
      dependencies.platform.inspectContainer(dead.container).then((state) => !state?.running),
    ]);
    if (!exited || !(await lock.release(dead.name))) return null;
    const lock_released_ms = since();
    const successor = await ways.successor();
    const writable_ms = since();
    await ways.route(successor);
    const routed_ms = since();
    await clients.release();
    return {
      previous_leader: dead.name,
      new_leader: successor.name,
      lock_released_ms,
      writable_ms,
      routed_ms,
      duration_ms: since(),
    };
  } finally {
    ways.close();
    await clients.release();
    clients.close();
  }
};
