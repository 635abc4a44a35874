import type { Database } from '../domain/database.ts';
import { nodeNamed } from '../domain/topology.ts';
import { readLeader } from '../nodes/leader.ts';
import { openSession } from '../nodes/session.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { everyDatabase } from './every-database.ts';

const lookEveryMs = 5000;

/**
 * What PgBouncer looks logins up with is part of the database, so one that an earlier version made has that version's: it is
 * brought up to date once after the start of the monitor, as soon as its primary takes it.
 */
export const refreshPoolerLookups = (dependencies: MonitorDependencies, signal: AbortSignal): Promise<void> => {
  const refreshed = new Set<string>();
  const of = ({ id, topology }: Database) => topology.pooling !== null && !refreshed.has(id);
  const rounds = { otherwise: 'look-up of logins not brought up to date', everyMs: lookEveryMs, signal, of };
  return everyDatabase(dependencies, rounds, async (database) => {
    if (await refresh(dependencies, database)) refreshed.add(database.id);
  });
};

/** False where it has to be tried again. */
const refresh = async (dependencies: MonitorDependencies, database: Database): Promise<boolean> => {
  const { log, components } = dependencies;
  try {
    const leader = nodeNamed(database.topology, await readLeader(dependencies, database));
    const session = await openSession(dependencies, database.id);
    await session.asSuperuser(leader, components.postgres.ensurePoolerLookup);
    log.info({ database: database.name }, 'look-up of logins is up to date');
    return true;
  } catch {
    // It may have no primary at the moment, or be in the middle of an operation.
    return false;
  }
};
