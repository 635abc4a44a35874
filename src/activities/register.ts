import type { Database } from '../domain/database.ts';
import { PgrowError } from '../domain/errors.ts';
import type { PlannedDatabase } from '../planning/plan-request.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { ensureAuthority, secretNames } from '../nodes/secrets.ts';
import { chooseHostPorts } from '../nodes/host-ports.ts';
import { withFreeSubnets } from './networks.ts';

/** Attempts at ports of our own choice: another database may be made at the same moment. */
const portAttempts = 5;

type Needs = Pick<Dependencies, 'platform' | 'store' | 'subnetPool'>;

/** The database with its passwords, which are made here alone. Idempotent. `wanted`: the port for `postgres`; a free one is chosen where it is null. */
export const register = async (
  dependencies: Needs,
  draft: PlannedDatabase,
  wanted: number | null,
): Promise<Database> => {
  const { store } = dependencies;
  const database = (await store.readDatabase(draft.id)) ?? (await registerNew(dependencies, draft, wanted));
  await store.ensureSecrets(database.id, secretNames);
  if (database.topology.tls) await ensureAuthority(store, database);
  return database;
};

const registerNew = async (dependencies: Needs, draft: PlannedDatabase, wanted: number | null): Promise<Database> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const others = await dependencies.store.listDatabases({});
      const ports = await chooseHostPorts(others, { wanted, project: draft.project });
      return await withFreeSubnets(dependencies, draft.id, { count: 2 }, ([subnet, clients_subnet]) =>
        dependencies.store.registerDatabase({
          ...draft,
          ports,
          network: { subnet: subnet!, clients_subnet: clients_subnet!, addresses_given: 0 },
        }),
      );
    } catch (error) {
      const another = error instanceof PgrowError && error.code === 'port_taken' && wanted === null;
      if (!another || attempt === portAttempts) throw error;
    }
  }
};
