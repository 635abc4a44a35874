import type { CutOver } from '../domain/actions.ts';
import { applicationName } from '../domain/database.ts';
import { messageOf, PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import { whyPaused } from '../domain/paused-replay.ts';
import type { Components } from '../nodes/dependencies.ts';
import type { Session } from '../nodes/session.ts';

/** What makes it a bad moment. */
export interface Obstacle {
  readonly says: string;
  /** Bytes, where it gets smaller by itself. */
  readonly remaining?: number;
  /** Whether nothing answers there. */
  readonly silent?: boolean;
}

/** A transaction open for longer than this makes PAUSE wait, and every client with it. Seconds. */
const longTransactionSeconds = 2;

/** In pg_stat_replication, of those for whom a commit waits. */
const confirmingStates: readonly string[] = ['sync', 'quorum'];

/** A successor further behind than this would make the stall long. Bytes. */
const lagLimitBytes = 1_048_576;

/** Null where nothing stands in the way of a hand-over. */
export const obstacleTo = async (
  { postgres }: Components,
  session: Session,
  { from, to, promotion, on_obstacle }: CutOver,
): Promise<Obstacle | null> => {
  const replicas = await session.asSuperuser(from, postgres.readReplication);
  const successor = replicas.find((replica) => replica.name === to.name);
  if (successor?.state !== 'streaming')
    return { says: `${to.name} does not stream from ${from.name}:${ports.postgres}` };
  if (successor.lag_bytes > lagLimitBytes)
    return { says: `${to.name} is ${successor.lag_bytes} bytes behind`, remaining: successor.lag_bytes };
  const { paused, limits } = await session.asSuperuser(to, postgres.readReplay);
  if (paused) {
    const primary = { name: from.name, limits: (await session.asSuperuser(from, postgres.readReplay)).limits };
    return { says: whyPaused(session.database.name, { name: to.name, limits }, primary) };
  }
  const confirming = replicas.filter(({ sync_state }) => confirmingStates.includes(sync_state));
  if (promotion === 'member' && confirming.length > 0 && !confirming.includes(successor))
    return { says: `commits are confirmed by ${confirming.map(({ name }) => name).join(', ')}, not by ${to.name}` };
  const locked = (
    await session.asSuperuserIn(from, applicationName(session.database.name), postgres.readPreparedTransactions)
  ).find(({ locks_probe }) => locks_probe);
  if (locked)
    return {
      says: `prepared transaction ${locked.gid} of ${locked.owner} keeps pgrow.probe locked, with which writes are tried`,
    };
  const unready = (await unwritable(postgres, session, from)) ?? (await unreadyLogin(session, to));
  if (unready) return unready;
  if (on_obstacle === 'force') return null;
  const [backup] = await session.asSuperuser(from, postgres.readBaseBackups);
  if (backup)
    return {
      says: `a base backup of ${from.name} is under way, which its stop would end: ${backup.name} from ${backup.address ?? 'its socket'} (pid ${backup.pid})`,
    };
  const long = await session.asSuperuser(from, (c) => postgres.readLongTransactions(c, longTransactionSeconds));
  const [first] = long;
  if (!first) return null;
  return { says: `${first.user} has a transaction open for ${first.seconds.toFixed(0)} s (pid ${first.pid})` };
};

/** What is found out here is not found out after the promotion, while clients wait. */
const unwritable = async (
  postgres: Components['postgres'],
  session: Session,
  from: CutOver['from'],
): Promise<Obstacle | null> => {
  const { ensureProbe, writeProbe, forgetProbe } = postgres;
  const write = async () => {
    const at = { host: await session.addressOf(from), port: ports.postgres };
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

/** Whoever waits behind a pooler is sent to the successor: it has to let the application in. */
const unreadyLogin = async (session: Session, to: CutOver['to']): Promise<Obstacle | null> => {
  try {
    const at = { host: await session.addressOf(to), port: ports.postgres };
    await session.asProbe(at, (connection) => connection.query('SELECT 1'));
    return null;
  } catch (error) {
    const silent = error instanceof PgrowError && error.code === 'no_answer';
    return { says: `pgrow cannot log in to ${to.name}: ${messageOf(error)}`, silent };
  }
};
