import { readAllSecrets, type Secrets } from '../src/nodes/secrets.ts';
import type { ControlPlaneStatus } from '../src/cli/status-document.ts';
import type { Database } from '../src/domain/database.ts';
import { containerName } from '../src/domain/naming.ts';
import { connectPostgres, type PostgresConnection } from '../src/components/postgres/index.ts';
import type { Bench } from './bench.ts';
import { tcpPeer } from '../test/support/tcp-peer.ts';

export interface DatabaseAccess {
  readonly database: Database;
  readonly secrets: Secrets;
}

/** The database's record and passwords, as an activity reads them. */
export const accessDatabase = async ({ api, store }: Bench, name: string): Promise<DatabaseAccess> => {
  const { databases } = await api.get<ControlPlaneStatus>('/v1/status');
  const id = databases.find((each) => each.name === name)?.id;
  const database = id === undefined ? null : await store.readDatabase(id);
  if (!database) throw new Error(`There is no database ${name}.`);
  return { database, secrets: await readAllSecrets(store, database) };
};

/** Straight to the primary, past the front. */
export const onPrimary = async <T>(
  { platform }: Bench,
  { database, secrets }: DatabaseAccess,
  use: (connection: PostgresConnection) => Promise<T>,
  name = 'postgres',
): Promise<T> => {
  const state = await platform.inspectContainer(containerName(database, database.topology.primary));
  if (!state?.address) throw new Error(`${database.topology.primary} of ${database.name} does not run.`);
  const connection = await connectPostgres({
    peer: tcpPeer(state.address),
    database: name,
    user: 'postgres',
    password: secrets.superuser,
    statementTimeoutMs: 600_000,
  });
  try {
    return await use(connection);
  } finally {
    await connection.end();
  }
};
