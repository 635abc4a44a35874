import { applicationName, type Database } from '../domain/database.ts';
import type { CountedStatements, LogSettings, StatementsWanted, UncountedReason } from '../domain/statements.ts';
import { nodeNamed } from '../domain/topology.ts';
import type { SessionDependencies } from './dependencies.ts';
import { readLeader } from './leader.ts';
import { maintenanceDatabase, openSession } from './session.ts';

/** What the server that takes writes has counted, or why it has not, and where. @throws PgrowError when it does not answer */
export const readStatements = async (
  dependencies: SessionDependencies,
  database: Database,
  wanted: StatementsWanted,
): Promise<{ readonly container: string; readonly found: CountedStatements | UncountedReason }> => {
  const { postgres } = dependencies.components;
  const session = await openSession(dependencies, database.id);
  const leader = nodeNamed(database.topology, await readLeader(dependencies, database));
  const name = applicationName(database.name);
  const readIn = (where: string) =>
    session.asSuperuserIn(leader, where, (connection) => postgres.readStatements(connection, name, wanted));
  const found = await readIn(name);
  // In one database it counts for all of them.
  const elsewhere = found === 'not created' ? await readIn(maintenanceDatabase) : found;
  return { container: leader.container, found: typeof elsewhere === 'string' ? found : elsewhere };
};

/** What the server that takes writes logs. @throws PgrowError when it does not answer */
export const readLogSettings = async (dependencies: SessionDependencies, database: Database): Promise<LogSettings> => {
  const { postgres } = dependencies.components;
  const session = await openSession(dependencies, database.id);
  const leader = nodeNamed(database.topology, await readLeader(dependencies, database));
  const { name, container } = leader;
  return { node: name, container, ...(await session.asSuperuser(leader, postgres.readLogSettings)) };
};
