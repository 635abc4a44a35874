import { openClientHold } from '../nodes/hold-clients.ts';
import { openLeaderLock } from '../nodes/leader-lock.ts';
import { openSession } from '../nodes/session.ts';
import { withTimeLimit } from '../nodes/deadlines.ts';
import type { Database } from '../domain/database.ts';
import { hasExited } from '../domain/exit-evidence.ts';
import { nodesOf, type Node } from '../domain/topology.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { openFailoverConnections } from './failover-connections.ts';

/** An unplanned change of leader. Milliseconds since it was known that the old one had exited. */
export interface Failover {
  readonly previous_leader: string;
  readonly new_leader: string;
  readonly lock_released_ms: number;
  readonly writable_ms: number;
  readonly routed_ms: number;
  readonly duration_ms: number;
}

/** A failover prepared while its leader lives, so that nothing has to be looked up or connected once it is dead. */
export interface ArmedFailover {
  readonly database: Database;
  readonly leader: Node;
  /** Clients wait behind their poolers: without this hold they are refused until a server takes writes. */
  holdClients(): void;
  /** Lets them continue; not before a failover that runs has ended. */
  releaseClients(): Promise<void>;
  /** Whether clients wait for it. */
  isHolding(): boolean;
  leaderTakesWrites(): Promise<boolean>;
  /**
   * On the engine's evidence, once it has released name and address. Earlier, the electing members would wait for the dead
   * leader's answer, and could miss a member with more WAL.
   */
  leaderHasExited(reported: 'exit reported' | 'nothing reported'): Promise<boolean>;
  /**
   * Once the leader's container has exited: Patroni elects at once instead of after its ttl, for the lock of exactly this
   * leader is taken away. Meanwhile clients are held, so that only what was under way on the dead node fails; and
   * every node that must learn of the successor is connected.
   * @returns null when it did not lead
   */
  failOver(): Promise<Failover | null>;
  /** Whether everything that was connected answers. */
  isReady(): Promise<boolean>;
  /** After a failover that runs. */
  close(): Promise<void>;
}

/** SQLSTATE of a server that is shut down, as in every hand-over (PostgreSQL manual, appendix A: `admin_shutdown`). */
const shutDownOrderly = '57P01';

/** Milliseconds a connection to the leader has for a sign of life. */
const readyLimitMs = 2000;

interface Inputs {
  readonly dependencies: MonitorDependencies;
  readonly database: Database;
  readonly leader: Node;
  /** Its server has gone without a word: the first sign that it dies, and no proof. */
  readonly onLeaderSilent: (failover: ArmedFailover) => void;
}

export const armFailover = async ({
  dependencies,
  database,
  leader,
  onLeaderSilent,
}: Inputs): Promise<ArmedFailover> => {
  const { platform, components } = dependencies;
  const session = await openSession(dependencies, database.id);
  let failover: ArmedFailover | null = null;
  let running: Promise<Failover | null> | null = null;

  const lock = openLeaderLock(session);
  const watching = (async () => {
    const connection = await session.connectSuperuser(leader, {
      onEnd: (sqlstate) => {
        if (failover && sqlstate !== shutDownOrderly) onLeaderSilent(failover);
      },
    });
    try {
      await connection.query('SET idle_session_timeout = 0');
      return connection;
    } catch (error) {
      await connection.end();
      throw error;
    }
  })();
  // A step that needs one of them meets its error.
  for (const opening of [lock, watching]) opening.catch(() => undefined);
  const clients = await openClientHold(dependencies, session, nodesOf(database.topology, 'pgbouncer'));

  const run = async (): Promise<Failover | null> => {
    const began = performance.now();
    const since = () => Math.round(performance.now() - began);
    clients.hold();
    const ways = openFailoverConnections(dependencies, session, leader);
    try {
      const { release } = await lock;
      if (!(await release(leader.name))) return null;
      const lock_released_ms = since();
      const successor = await ways.successor();
      const writable_ms = since();
      await ways.route(successor);
      const routed_ms = since();
      await clients.release();
      return {
        previous_leader: leader.name,
        new_leader: successor.name,
        lock_released_ms,
        writable_ms,
        routed_ms,
        duration_ms: since(),
      };
    } finally {
      ways.close();
      await clients.release();
    }
  };

  const releaseClients = async () => {
    await running?.catch(() => undefined);
    await clients.release();
  };

  failover = {
    database,
    leader,
    holdClients: clients.hold,
    isHolding: clients.isHolding,
    releaseClients,
    leaderTakesWrites: async () => !(await session.asSuperuser(leader, components.postgres.isReplica)),
    leaderHasExited: async (reported) => hasExited(await platform.inspectContainer(leader.container), reported),
    failOver: () =>
      (running ??= run().finally(() => {
        running = null;
      })),
    async isReady() {
      try {
        await Promise.all([
          lock.then(({ holder }) => holder()),
          withTimeLimit(
            readyLimitMs,
            `${leader.name} does not answer`,
            watching.then((connection) => connection.query('SELECT')),
          ),
        ]);
        return await clients.isReady();
      } catch {
        return false;
      }
    },
    async close() {
      failover = null;
      void watching.then((connection) => connection.end()).catch(() => undefined);
      await releaseClients();
      clients.close();
    },
  };
  return failover;
};
