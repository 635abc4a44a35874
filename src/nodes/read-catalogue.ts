import { applicationName, type Database } from '../domain/database.ts';
import type { ExtensionsSeen } from '../domain/extension-list.ts';
import type { SettingsSeen } from '../domain/setting-catalogue.ts';
import { nodeNamed } from '../domain/topology.ts';
import type { SessionDependencies } from './dependencies.ts';
import { readLeader } from './leader.ts';
import { openSession } from './session.ts';

/** All settings of the server that takes writes. @throws PgrowError when it does not answer */
export const readSettings = async (dependencies: SessionDependencies, database: Database): Promise<SettingsSeen> => {
  const { postgres } = dependencies.components;
  const session = await openSession(dependencies, database.id);
  const leader = nodeNamed(database.topology, await readLeader(dependencies, database));
  return session.asSuperuser(leader, async (connection) => {
    const written = await postgres.readServerSettings(connection);
    const settings = await postgres.describeSettings(connection, written);
    return { node: leader.name, settings, by_alter_system: postgres.setByAlterSystem(written) };
  });
};

/** All extensions that the server that takes writes has, and those in the application's database. @throws PgrowError as above */
export const readExtensions = async (
  dependencies: SessionDependencies,
  database: Database,
): Promise<ExtensionsSeen> => {
  const { postgres } = dependencies.components;
  const session = await openSession(dependencies, database.id);
  const leader = nodeNamed(database.topology, await readLeader(dependencies, database));
  const extensions = await session.asSuperuserIn(leader, applicationName(database.name), postgres.listExtensions);
  return { node: leader.name, extensions };
};
