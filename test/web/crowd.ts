import type { Store } from '../../src/store/store.ts';
import {
  haTopology,
  pooledTopology,
  replicaTopology,
  sampleDatabase,
  singleTopology,
} from '../support/sample-database.ts';

const topologies = [singleTopology, singleTopology, pooledTopology, replicaTopology, haTopology];

/** At a time: the store has ten connections. */
const atOnce = 8;

/** Databases of all stages, most of them small: `crowd-001` and so on. */
export const crowd = async (store: Store, count: number): Promise<void> => {
  const left = Array.from({ length: count }, (_, index) => index + 1);
  const register = async (): Promise<void> => {
    for (let number = left.pop(); number !== undefined; number = left.pop()) {
      const database = sampleDatabase(`crowd-${String(number).padStart(3, '0')}`);
      const topology = topologies[number % topologies.length]!(database);
      await store.registerDatabase({ ...database, topology: { ...topology, kept: [] } });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, register));
};
