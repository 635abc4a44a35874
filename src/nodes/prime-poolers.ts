import { messageOf, PgrowError, withoutStop } from '../domain/errors.ts';
import { refusalOf } from '../domain/login-refusal.ts';
import { ports } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import { pollUntil } from './deadlines.ts';
import type { Session } from './session.ts';

/**
 * A pool of a PgBouncer process. It logs in to servers with what the last login of a client has shown it, once for each
 * database and role, so after a change of the password it opens no server connection until a client has logged in with it.
 */
export interface LoginPool extends PoolerProcess {
  readonly database: string;
}

interface PoolerProcess {
  readonly pooler: Node;
  readonly port: number;
}

/** Milliseconds that a login may take until it has gone well: it is refused until the server behind the pooler has the password. */
const primeLimitMs = 2000;
/** Milliseconds for what helps and is not needed. */
const holdLimitMs = 500;

const ofPooler = [ports.pooled, ports.pooledReadOnly] as const;

interface LoginPools {
  readonly pools: readonly LoginPool[];
  /** All that were asked. `says`: why one has not said which pools it has, null for one that has. */
  readonly processes: readonly (PoolerProcess & { readonly says: string | null })[];
}

/**
 * Where a role has logged in, in every process of the poolers.
 * @throws PgrowError `not_ready` when one of them holds its clients: it would answer no login
 */
export const listLoginPools = async (session: Session, poolers: readonly Node[], role: string): Promise<LoginPools> => {
  const processes = await Promise.all(
    poolers.flatMap((pooler) => ofPooler.map((port) => askProcess(session, { pooler, port }))),
  );
  const pools = processes.flatMap(({ pooler, port, paused, found }): readonly LoginPool[] => {
    if (paused)
      throw new PgrowError('not_ready', `PgBouncer on ${pooler.name}:${port} holds its clients, and logins with them.`);
    return found.filter(({ user }) => user === role).map(({ database }) => ({ pooler, port, database }));
  });
  return { pools, processes };
};

const askProcess = async (session: Session, { pooler, port }: PoolerProcess) => {
  try {
    const { paused, found } = await session.asPoolerAdmin(pooler, port, async (admin) => ({
      paused: await admin.isPaused(),
      found: await admin.pools(),
    }));
    return { pooler, port, paused, found, says: null };
  } catch (error) {
    return { pooler, port, paused: false, found: [], says: withoutStop(messageOf(error)) };
  }
};

/**
 * Logs in once through each pool.
 * @returns all of them. `says`: why it does not take the password, null for one that does
 */
export const primePools = (
  session: Session,
  pools: readonly LoginPool[],
  password: string,
): Promise<readonly (LoginPool & { readonly says: string | null })[]> =>
  Promise.all(
    pools.map(async (pool) => {
      const { pooler, port, database } = pool;
      const login = async () => {
        const at = { peer: await session.peer(pooler), port };
        const connection = await session.connectApplication(at, { password, database, connectTimeoutMs: primeLimitMs });
        void connection.end();
        return true;
      };
      return pollUntil(primeLimitMs, `a login through ${pooler.name}:${port} to ${database}`, login).then(
        () => ({ ...pool, says: null }),
        (error: unknown) => ({ ...pool, says: withoutStop(messageOf(error)) }),
      );
    }),
  );

/**
 * Holds one server connection of each pool in a transaction. As long as a pool has any, PgBouncer lets clients wait for it where
 * a login to the server fails, and ends none. Where it cannot be had, nothing is held.
 * @returns lets go
 * @throws PgrowError `not_ready` when a pooler has no client connection left: it would not take the new password either
 */
export const holdServers = async (
  session: Session,
  pools: readonly LoginPool[],
  password: string,
): Promise<() => Promise<void>> => {
  const held: (PostgresConnection | null)[] = [];
  const letGo = async () => {
    await Promise.all(
      held.map(async (connection) => {
        await connection?.query('COMMIT').catch(() => undefined);
        await connection?.end();
      }),
    );
  };
  const opened = await Promise.allSettled(
    pools.map(async ({ pooler, port, database }): Promise<PostgresConnection | null> => {
      try {
        const at = { peer: await session.peer(pooler), port };
        const limits = { connectTimeoutMs: holdLimitMs, statementTimeoutMs: holdLimitMs };
        const connection = await session.connectApplication(at, { password, database, ...limits });
        await connection.query('BEGIN').catch(async (error: unknown) => {
          await connection.end();
          throw error;
        });
        return connection;
      } catch (error) {
        if (refusalOf(error) !== 'full') return null;
        throw new PgrowError(
          'not_ready',
          `PgBouncer on ${pooler.name}:${port} has no connection free for a login with the new password: its clients take all that it may have.`,
          { cause: error },
        );
      }
    }),
  );
  for (const each of opened) if (each.status === 'fulfilled') held.push(each.value);
  const failed = opened.find((each) => each.status === 'rejected');
  if (!failed) return letGo;
  await letGo();
  throw failed.reason;
};
