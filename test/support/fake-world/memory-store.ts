import type { Store } from '../../../src/store/store.ts';
import { memoryAccess } from './memory-access.ts';
import { memoryCheckpoints } from './memory-checkpoints.ts';
import { memoryDatabases } from './memory-databases.ts';
import { memoryOperations } from './memory-operations.ts';
import { memoryRecords } from './memory-records.ts';

/** The metadata in memory. Everything is copied on its way in and out, as a server would. */
export const createMemoryStore = (): Store => {
  const databases = memoryDatabases();
  const checkpoints = memoryCheckpoints();
  const store: Store = {
    ...databases,
    ...checkpoints,
    ...memoryOperations({
      nameOf: databases.nameOf,
      checkpointOf: checkpoints.checkpointOf,
      countAddresses: databases.countAddresses,
    }),
    ...memoryRecords(),
    ...memoryAccess(),
    takeLease: async () => true,
    releaseLease: async () => {},
    removeHistory: async () => ({ operations: 0, events: 0, audit: 0, idempotency_keys: 0 }),
    migrate: async () => {},
    ping: async () => {},
    close: async () => {},
  };
  return Object.fromEntries(
    Object.entries(store).map(([name, method]) => [name, copying(method as (...args: unknown[]) => Promise<unknown>)]),
  ) as unknown as Store;
};

const copying =
  (method: (...args: unknown[]) => Promise<unknown>) =>
  async (...args: unknown[]): Promise<unknown> =>
    structuredClone(await method(...structuredClone(args)));
