import { applicationName, type Database } from '../domain/database.ts';
import { refusalOf } from '../domain/login-refusal.ts';
import { ports } from '../domain/naming.ts';
import type { PasswordAnswer } from '../domain/password.ts';
import { nodesOf } from '../domain/topology.ts';
import type { SessionDependencies } from './dependencies.ts';
import { readLeader } from './leader.ts';
import { listLoginPools, primePools } from './prime-poolers.ts';
import { openSession, type Session } from './session.ts';

/** Milliseconds that a server may take; the answer is not worth a longer wait. */
const loginLimitMs = 2000;

/**
 * Whether a server of the database takes a password for the application's role.
 * @param password null: the one on record. Another that is accepted is shown to the poolers as well, which open server connections with
 * what the last login has shown them.
 */
export const tryApplicationPassword = async (
  dependencies: SessionDependencies,
  database: Database,
  password: string | null,
): Promise<PasswordAnswer> => {
  const session = await openSession(dependencies, database.id);
  const leader = await readLeader(dependencies, database).catch(() => null);
  const servers = nodesOf(database.topology, 'postgres');
  // A standby may not have received a change yet.
  const leads = servers.filter(({ name }) => name === leader);
  for (const node of leads.length > 0 ? leads : servers) {
    try {
      const at = { peer: await session.peer(node), port: ports.postgres };
      const connection = await session.connectApplication(at, {
        connectTimeoutMs: loginLimitMs,
        ...(password === null ? {} : { password }),
      });
      await connection.end();
      if (password !== null) await tellPoolers(session, password);
      return 'accepted';
    } catch (error) {
      if (refusalOf(error) === 'access') return 'refused';
    }
  }
  return 'unknown';
};

/** As far as they answer: each learns it from its next client at the latest. */
const tellPoolers = async (session: Session, password: string): Promise<void> => {
  const { name, topology } = session.database;
  const poolers = nodesOf(topology, 'pgbouncer');
  const { pools } = await listLoginPools(session, poolers, applicationName(name)).catch(() => ({ pools: [] }));
  await primePools(session, pools, password);
};
