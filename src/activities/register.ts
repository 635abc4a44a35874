import type { Database } from '../domain/database.ts';
import { PgrowError } from '../domain/errors.ts';
import type { PlannedDatabase } from '../planning/plan-request.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { secretNames } from '../nodes/secrets.ts';
import { chooseHostPorts } from './host-ports.ts';

/** Attempts at ports of our own choice: another database may be made at the same moment. */
const portAttempts = 5;

/** The database with its passwords, which are made here alone. Idempotent. `wanted`: the port for `postgres`; a free one is chosen where it is null. */
export const register = async (
  { store }: Pick<Dependencies, 'store'>,
  draft: PlannedDatabase,
  wanted: number | null,
): Promise<Database> => {
  const database = (await store.readDatabase(draft.id)) ?? (await registerNew(store, draft, wanted));
  await store.ensureSecrets(database.id, secretNames);
  return database;
};

const registerNew = async (
  store: Dependencies['store'],
  draft: PlannedDatabase,
  wanted: number | null,
): Promise<Database> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const ports = await chooseHostPorts(await store.listDatabases({}), wanted);
      return await store.registerDatabase({ ...draft, ports });
    } catch (error) {
      const another = error instanceof PgrowError && error.code === 'port_taken' && wanted === null;
      if (!another || attempt === portAttempts) throw error;
    }
  }
};
