import type { CutOver } from '../domain/step-actions.ts';
import { applicationName } from '../domain/database.ts';
import { messageOf, PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import { whyPaused } from '../domain/paused-replay.ts';
import type { Components } from '../nodes/dependencies.ts';
import type { Session } from '../nodes/session.ts';

/** Why this is a bad moment. */
export interface Obstacle {
  readonly says: string;
  /** Bytes, if it shrinks by itself. */
  readonly remaining?: number;
  /** Whether nothing answers there. */
  readonly silent?: boolean;
  /** Whether something is being done about it. */
  readonly mended?: boolean;
}

/** A transaction open for longer than this makes PAUSE wait, and every client with it. Seconds. */
const longTransactionSeconds = 2;

/** In pg_stat_replication, of the standbys that a commit waits for. */
const confirmingStates: readonly string[] = ['sync', 'quorum'];

/** A successor further behind than this would make the stall long. Bytes. */
const lagLimitBytes = 1_048_576;

interface Looks {
  readonly components: Components;
  readonly session: Session;
  readonly input: CutOver;
  /** Says which member leads the new side instead of the successor; null if none does. */
  readonly otherLeader: () => Promise<string | null>;
}

/**
 * Null if nothing prevents a hand-over. Uses one login to each server and returns the first obstacle in this order, whatever
 * the later checks find.
 * @throws PgrowError `refused` when the old primary takes no writes
 */
export const obstacleTo = async ({ components, session, input, otherLeader }: Looks): Promise<Obstacle | null> => {
  const { postgres } = components;
  const { from, to, promotion, on_obstacle } = input;
  const [old, replay, login] = begin([
    lookAtOld(components, session, input),
    session.asSuperuser(to, postgres.readReplay),
    unreadyLogin(session, to),
  ]);
  const { takesWrites, replicas, limits, prepared, backups, long } = await old;
  if (!takesWrites) throw new PgrowError('refused', `${from.name} takes no writes: it is in recovery.`);
  const led = await otherLeader();
  if (led) return { says: led, mended: true };
  const successor = replicas.find((replica) => replica.name === to.name);
  if (successor?.state !== 'streaming')
    return { says: `${to.name} does not stream from ${from.name}:${ports.postgres}` };
  if (successor.lag_bytes > lagLimitBytes)
    return { says: `${to.name} is ${successor.lag_bytes} bytes behind`, remaining: successor.lag_bytes };
  const replaying = await replay;
  if (replaying.paused) {
    const there = { name: to.name, limits: replaying.limits };
    return { says: whyPaused(session.database.name, there, { name: from.name, limits }) };
  }
  const confirming = replicas.filter(({ sync_state }) => confirmingStates.includes(sync_state));
  if (promotion === 'member' && confirming.length > 0 && !confirming.includes(successor))
    return { says: `commits are confirmed by ${confirming.map(({ name }) => name).join(', ')}, not by ${to.name}` };
  const locked = prepared.find(({ locks_probe }) => locks_probe);
  if (locked)
    return {
      says: `prepared transaction ${locked.gid} of ${locked.owner} keeps pgrow.probe locked, the table that pgrow tests writes with`,
    };
  // Only once that is known: it would wait for the lock.
  const unready = (await unwritable(postgres, session, from)) ?? (await login);
  if (unready) return unready;
  if (on_obstacle === 'force') return null;
  const [backup] = backups;
  if (backup)
    return {
      says: `a base backup of ${from.name} is running and would be interrupted: ${backup.name} from ${backup.address ?? 'its socket'} (pid ${backup.pid})`,
    };
  const [first] = long;
  if (!first) return null;
  return { says: `${first.user} has a transaction open for ${first.seconds.toFixed(0)} s (pid ${first.pid})` };
};

/** In parallel. A failure before it is awaited is not an unhandled rejection. */
const begin = <T extends readonly Promise<unknown>[]>(looks: readonly [...T]): readonly [...T] => {
  for (const look of looks) look.catch(() => undefined);
  return looks;
};

/** In the application's database, where the probe is. */
const lookAtOld = ({ postgres }: Components, session: Session, { from }: CutOver) =>
  session.asSuperuserIn(from, applicationName(session.database.name), async (connection) => ({
    takesWrites: !(await postgres.isReplica(connection)),
    replicas: await postgres.readReplication(connection),
    limits: (await postgres.readReplay(connection)).limits,
    prepared: await postgres.readPreparedTransactions(connection),
    backups: await postgres.readBaseBackups(connection),
    long: await postgres.readLongTransactions(connection, longTransactionSeconds),
  }));

/** A problem found here is not found after the promotion, while clients wait. */
const unwritable = async (
  postgres: Components['postgres'],
  session: Session,
  from: CutOver['from'],
): Promise<Obstacle | null> => {
  const { ensureProbe, writeProbe, forgetProbe } = postgres;
  const write = async () => {
    const at = { peer: await session.peer(from), port: ports.postgres };
    const id = `preflight-${from.name}-${Date.now()}`;
    await session.asProbe(at, async (connection) => {
      await writeProbe(connection, id);
      await forgetProbe(connection, id);
    });
  };
  const mend = () => session.asSuperuserIn(from, applicationName(session.database.name), ensureProbe);
  try {
    await write().catch(async () => {
      await mend();
      await write();
    });
    return null;
  } catch (error) {
    const silent = error instanceof PgrowError && error.code === 'no_answer';
    return { says: `pgrow cannot write a probe to ${from.name}: ${messageOf(error)}`, silent };
  }
};

/** Clients behind a pooler move to the successor, so it must accept the application's login. */
const unreadyLogin = async (session: Session, to: CutOver['to']): Promise<Obstacle | null> => {
  try {
    const at = { peer: await session.peer(to), port: ports.postgres };
    await session.asProbe(at, (connection) => connection.query('SELECT 1'));
    return null;
  } catch (error) {
    const silent = error instanceof PgrowError && error.code === 'no_answer';
    return { says: `pgrow cannot log in to ${to.name}: ${messageOf(error)}`, silent };
  }
};
