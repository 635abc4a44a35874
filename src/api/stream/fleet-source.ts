import { fleetAgesIn, fleetEntry, type FleetEntry, type FleetRecord } from '../../domain/fleet.ts';
import { allProjects } from '../../domain/tokens.ts';
import type { Store } from '../../store/store.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { tagOf } from '../entity-tags.ts';
import { problemOf, usualPace } from './common-source.ts';
import type { TopicSource } from './shared-topic.ts';

/** The list as it is known, and what a look goes on from. */
interface Fleet {
  /** By id. Those that a look has not read again are the same objects. */
  readonly known: ReadonlyMap<string, Known>;
  /** See `readChangedDatabases`. */
  readonly upTo: string;
}

interface Known {
  readonly entry: FleetEntry;
  /** When it has to be read again though nothing may have been written, by `performance.now()`. */
  readonly agesAt: number;
}

/** Looks at the list over and over, and reads only what has changed of it. */
export const fleetSource = (
  {
    store,
    prices,
  }: Pick<ApiDependencies, 'prices'> & { readonly store: Pick<Store, 'readFleet' | 'readChangedDatabases'> },
  project: string,
): TopicSource<Fleet> => {
  const topic = 'databases';
  const within = project === allProjects ? {} : { project };
  const known = (record: FleetRecord): Known => ({
    entry: fleetEntry(record, prices),
    agesAt: performance.now() + (fleetAgesIn(record) ?? Number.POSITIVE_INFINITY),
  });
  return {
    problem: problemOf(topic),
    everyMs: () => usualPace,
    read: async (before) => {
      // First of all: what is written while the list is read is read again.
      const { ids, upTo } = await store.readChangedDatabases(before?.upTo ?? null);
      if (!before || !ids) {
        const all = await store.readFleet(within);
        return { upTo, known: new Map(all.map((record) => [record.id, known(record)])) };
      }
      const now = performance.now();
      const aged = [...before.known.values()].filter(({ agesAt }) => agesAt <= now).map(({ entry }) => entry.id);
      const again = new Set([...ids, ...aged]);
      if (again.size === 0) return { ...before, upTo };
      const read = await store.readFleet({ ...within, ids: [...again] });
      const others = [...before.known].filter(([id]) => !again.has(id));
      return { upTo, known: new Map([...others, ...read.map((record) => [record.id, known(record)] as const)]) };
    },
    snapshot: (fleet) => ({ topic, databases: [...fleet.known.values()].map(({ entry }) => entry) }),
    changes: (before, now) => {
      if (before.known === now.known) return [];
      const isAsBefore = (each: Known): boolean => {
        const earlier = before.known.get(each.entry.id);
        return earlier === each || (earlier !== undefined && tagOf(earlier.entry) === tagOf(each.entry));
      };
      const databases = [...now.known.values()].filter((each) => !isAsBefore(each)).map(({ entry }) => entry);
      const removed = [...before.known.keys()].filter((id) => !now.known.has(id));
      return databases.length + removed.length === 0 ? [] : [{ event: 'changed', data: { topic, databases, removed } }];
    },
    end: () => null,
  };
};
