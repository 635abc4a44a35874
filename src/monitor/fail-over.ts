import { openLeaderLock, type LeaderLock } from '../activities/leader-lock.ts';
import { holdClients } from '../activities/hold-clients.ts';
import { openSession, type Session } from '../activities/session.ts';
import { poll } from '../activities/time-limits.ts';
import { writeRoutes } from '../activities/promotion.ts';
import type { Database } from '../domain/database.ts';
import { ports } from '../domain/naming.ts';
import { nodeNamed, nodesOf, type Node } from '../domain/topology.ts';
import type { MonitorDependencies } from './dependencies.ts';

/** A change of leader that nobody planned. Milliseconds since the engine said that the old one had exited. */
export interface Failover {
  readonly previous_leader: string;
  readonly new_leader: string;
  readonly lock_released_ms: number;
  readonly elected_ms: number;
  readonly writable_ms: number;
  readonly duration_ms: number;
}

const electionLimitMs = 15_000;
const writableLimitMs = 10_000;
const routeLimitMs = 5_000;

/**
 * The leader's container has exited: Patroni elects at once instead of after its ttl, for the lock of exactly this leader
 * is taken away. Meanwhile poolers hold their clients, so that only what was under way on the dead node fails.
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
  const clients = await holdClients(dependencies, session, nodesOf(database.topology, 'pgbouncer'));
  try {
    const [lock, exited] = await Promise.all([
      openLeaderLock(dependencies, session),
      // Answers when the engine has let go of its name and address: before, the candidates would wait for its word.
      dependencies.platform.inspectContainer(dead.container).then((state) => !state?.running),
    ]);
    if (!exited || !(await lock.release(dead.name))) return null;
    const lock_released_ms = since();
    const successor = await elected(lock, database, dead);
    const elected_ms = since();
    await writable(dependencies, session, successor);
    const writable_ms = since();
    await route(dependencies, session, { from: dead, to: successor });
    await clients.release();
    return {
      previous_leader: dead.name,
      new_leader: successor.name,
      lock_released_ms,
      elected_ms,
      writable_ms,
      duration_ms: since(),
    };
  } finally {
    await clients.release();
    clients.close();
  }
};

const elected = async (lock: LeaderLock, { topology }: Database, dead: Node): Promise<Node> => {
  let leader = dead.name;
  await poll(electionLimitMs, `a successor of ${dead.name}`, async () => {
    leader = (await lock.holder()) ?? dead.name;
    return leader !== dead.name;
  });
  return nodeNamed(topology, leader);
};

/** Patroni says so before PostgreSQL does: only PostgreSQL is believed. */
const writable = async (
  { components: { postgres } }: MonitorDependencies,
  session: Session,
  node: Node,
): Promise<void> => {
  const host = await session.addressOf(node);
  const connection = await postgres.connectPostgres({
    host,
    port: ports.postgres,
    user: 'postgres',
    password: session.secrets.superuser,
  });
  try {
    await poll(writableLimitMs, `${node.name} to take writes`, async () => !(await postgres.isReplica(connection)));
  } finally {
    await connection.end();
  }
};

/** Routers are told instead of finding out; then a write through each of them proves it. One that fails holds nobody up. */
const route = async (
  { components: { haproxy, postgres } }: MonitorDependencies,
  session: Session,
  { from, to }: { readonly from: Node; readonly to: Node },
): Promise<void> => {
  const routers = nodesOf(session.database.topology, 'haproxy');
  await Promise.allSettled(
    routers.map((router) => session.asRouter(router, (api) => haproxy.failWrites(api, from.name, to.name))),
  );
  const id = `fail-over-${to.name}-${Date.now()}`;
  await Promise.allSettled(
    (await writeRoutes(session, { routers, to })).map((at, index) =>
      poll(routeLimitMs, `a write through ${routers[index]?.name ?? to.name}`, () =>
        session.asApplication(at, (connection) => postgres.writeProbe(connection, `${id}-${index}`)),
      ),
    ),
  );
};
