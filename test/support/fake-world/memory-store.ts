import type { Store } from '../../../src/store/store.ts';
import { memoryAccess } from './memory-access.ts';
import { memoryCheckpoints } from './memory-checkpoints.ts';
import { memoryDatabases } from './memory-databases.ts';
import { memoryOperations, type MemoryOperations } from './memory-operations.ts';
import { memoryRecords } from './memory-records.ts';

export type MemoryStore = Store &
  MemoryOperations & {
    /** As after a restore of the control plane from a backup. */
    hold(serviceId: string, taken_at: string): Promise<void>;
  };

/** The metadata in memory. Everything is copied on its way in and out, as a server would. */
export const createMemoryStore = (): MemoryStore => {
  const databases = memoryDatabases();
  const checkpoints = memoryCheckpoints();
  const store: MemoryStore = {
    ...databases,
    ...checkpoints,
    ...memoryOperations({
      nameOf: databases.nameOf,
      checkpointOf: checkpoints.checkpointOf,
      countAddresses: databases.countAddresses,
    }),
    ...memoryRecords(),
    ...memoryAccess(),
    hold: async (id, taken_at) => databases.hold(id, taken_at),
    recordComparison: databases.recordComparison,
    releaseHold: databases.releaseHold,
    isHeld: async (id) => (await databases.readDatabase(id))?.held !== undefined,
    takeLease: async () => true,
    readLease: async () => null,
    releaseLease: async () => {},
    removeHistory: async () => ({ operations: 0, events: 0, audit: 0, idempotency_keys: 0, notices: 0 }),
    recordMetrics: async () => {},
    readMetrics: async () => [],
    removeMetrics: async () => {},
    migrate: async () => {},
    ping: async () => {},
    close: async () => {},
  };
  return Object.fromEntries(
    Object.entries(store).map(([name, method]) => [name, copying(method as (...args: unknown[]) => Promise<unknown>)]),
  ) as unknown as MemoryStore;
};

const copying =
  (method: (...args: unknown[]) => Promise<unknown>) =>
  async (...args: unknown[]): Promise<unknown> =>
    structuredClone(await method(...args.map((each) => (typeof each === 'function' ? each : structuredClone(each)))));
