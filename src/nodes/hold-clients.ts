import { setTimeout as delay } from 'node:timers/promises';
import { PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import { attachDeadMan } from './dead-man.ts';
import type { Dependencies } from './dependencies.ts';
import type { Session } from './session.ts';
import { withTimeLimit } from './deadlines.ts';

const resumeLimitMs = 2000;
/** Milliseconds for PgBouncer to report that it is already paused. */
const saidAtOnceMs = 20;
/** Milliseconds logins wait for a pooler's first connection to the new primary. */
const firstConnectionLimitMs = 500;

/** The open connections that are needed to hold clients behind their poolers. */
export interface ClientHold {
  /**
   * Pauses every pooler, under its dead-man; clients that are held already stay so. Transactions under way are not waited for:
   * their server is gone or about to be.
   */
  hold(): void;
  /** Releases the clients; already released is success. A pooler that something else has paused stays paused. */
  release(): Promise<void>;
  isHolding(): boolean;
  /** Whether every connected pooler could still be held. */
  isReady(): Promise<boolean>;
  close(): void;
}

/** Poolers that do not answer are skipped: no client waits behind them. */
export const openClientHold = async (
  { platform }: Pick<Dependencies, 'platform'>,
  session: Session,
  poolers: readonly Node[],
): Promise<ClientHold> => {
  const opened = await Promise.all(poolers.map((pooler) => openPooler(platform, session, pooler).catch(() => null)));
  const holds = opened.flatMap((hold) => (hold ? [hold] : []));
  return {
    hold: () => holds.forEach((pooler) => pooler.hold()),
    release: async () => void (await Promise.all(holds.map((pooler) => pooler.release()))),
    isHolding: () => holds.some((pooler) => pooler.isHolding()),
    isReady: async () => (await Promise.all(holds.map((pooler) => pooler.isReady()))).every(Boolean),
    close: () => holds.forEach((pooler) => pooler.close()),
  };
};

const openPooler = async (platform: Dependencies['platform'], session: Session, pooler: Node): Promise<ClientHold> => {
  const console = () => session.connectPooler(pooler, ports.pooled);
  let lost = false;
  // PAUSE keeps its connection busy until the last transaction has ended; RESUME comes over another.
  const deadMan = await attachDeadMan(platform, pooler);
  const consoles = await Promise.allSettled([console(), console(), console()]);
  const [pausing, lookups, resuming] = consoles.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (!pausing || !lookups || !resuming) {
    deadMan.close();
    for (const one of [pausing, lookups]) letGo(one);
    throw new PgrowError('no_answer', `The console of ${pooler.name}:${ports.pooled} does not answer.`);
  }
  const client = await openClient(session, pooler, () => {
    lost = true;
  });
  /** Whether we have paused it; pending while it waits for transactions. */
  let held: Promise<boolean> | null = null;
  let heldAt = 0;
  let releasing: Promise<void> = Promise.resolve();

  /**
   * Between a failed server login and the next try PgBouncer rejects new clients, but not waiting ones. So one client of
   * ours waits too, and logins are allowed again once it has been served.
   */
  const resume = async () => {
    // It fails before it is awaited if the pooler's connections have died.
    const served = client?.query('SELECT 1').catch(() => undefined);
    await resuming.resume();
    if (served) await withTimeLimit(firstConnectionLimitMs, 'no connection yet', served).catch(() => undefined);
    await resuming.resumeLookups();
    await deadMan.free();
  };
  const letGoOf = async (asked: Promise<boolean>) => {
    // Only our own PAUSE waits for transactions; an earlier PAUSE by something else is reported at once.
    const answered = delay(Math.max(0, heldAt + saidAtOnceMs - performance.now()), true, { ref: false });
    const ours = await Promise.race([asked, answered]);
    const letGo = ours ? resume() : Promise.all([resuming.resumeLookups(), deadMan.free()]).then(() => undefined);
    try {
      await withTimeLimit(resumeLimitMs, `${pooler.name}:${ports.pooled} does not resume`, letGo);
    } catch {
      // From inside the node, because the connections to the console may be gone.
      if (ours) await platform.exec(pooler.container, ['pgrow-resume']).catch(() => undefined);
    }
  };
  const release = async () => {
    if (held) {
      releasing = letGoOf(held);
      held = null;
    }
    await releasing;
  };
  return {
    hold() {
      if (held) return;
      const guarded = deadMan.hold();
      void lookups.pauseLookups().catch(() => undefined);
      held = pausing.pause().catch(() => true);
      heldAt = performance.now();
      // Without its timer they would stay held if we died. Clients that an operation holds are not ours to hold.
      guarded.catch(release);
    },
    release,
    isHolding: () => held !== null,
    async isReady() {
      // A connection that is pausing answers nothing else.
      const asked = [deadMan.ping(), resuming.isPaused(), ...(held ? [] : [pausing.isPaused(), lookups.isPaused()])];
      return !lost && (await Promise.allSettled(asked)).every(({ status }) => status === 'fulfilled');
    },
    close() {
      deadMan.close();
      for (const connection of [pausing, lookups, resuming, client]) letGo(connection);
    },
  };
};

const letGo = (connection: { end(): Promise<void> } | null | undefined): void => {
  connection?.end().catch(() => undefined);
};

/** Null if it would keep a server connection for itself, or is not let in. */
const openClient = async (session: Session, pooler: Node, onEnd: () => void): Promise<PostgresConnection | null> => {
  if (session.database.topology.pooling?.pool_mode === 'session') return null;
  const at = { peer: await session.peer(pooler), port: ports.pooled };
  return session.connectApplication(at, { onEnd }).catch(() => null);
};
