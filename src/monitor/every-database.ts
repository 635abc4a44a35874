import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../domain/database.ts';
import { messageOf } from '../domain/errors.ts';
import { isLeftAlone } from '../domain/held-records.ts';
import type { Stage } from '../domain/stage.ts';
import type { MonitorDependencies } from './dependencies.ts';

/** Databases looked at in parallel in one round, unless said otherwise. */
const usuallyAtOnce = 16;

interface Rounds {
  /** What has not happened when a look fails, for the log: "failover not prepared". */
  readonly otherwise: string;
  /** Milliseconds between the end of a round and the next; by the number of databases. */
  readonly everyMs: number | ((databases: number) => number);
  readonly atOnce?: number;
  readonly signal: AbortSignal;
  /** Of which databases are listed; of all by default. */
  readonly stage?: Stage;
  /** Those of the listed that matter; all of them by default. */
  readonly of?: (database: Database) => boolean;
  /** Whether those on which nothing acts (`isLeftAlone`) are looked at too. Default false. */
  readonly leftAloneToo?: boolean;
  /** Hears at the beginning of every round which databases there are. */
  readonly onRound?: (databases: readonly Database[]) => void;
}

/**
 * Looks at every database, round after round, until `signal` aborts. What goes wrong with one is its own affair: an error
 * is logged, and a look that hangs leaves that database out of the rounds until it has ended.
 */
export const everyDatabase = async (
  { store, log }: Pick<MonitorDependencies, 'store' | 'log'>,
  { otherwise, everyMs, atOnce = usuallyAtOnce, signal, stage, of = () => true, leftAloneToo = false, onRound }: Rounds,
  look: (database: Database) => Promise<void>,
): Promise<void> => {
  const underWay = new Map<string, Promise<void>>();
  const lookAt = async (database: Database): Promise<void> => {
    try {
      await look(database);
    } catch (error) {
      log.warn({ error: messageOf(error), database: database.name }, otherwise);
    } finally {
      underWay.delete(database.id);
    }
  };
  let pauseMs = typeof everyMs === 'number' ? everyMs : everyMs(0);
  while (!signal.aborted) {
    try {
      const databases = (await store.listDatabases(stage === undefined ? {} : { stage })).filter(
        (database) => (leftAloneToo || !isLeftAlone(database)) && of(database),
      );
      if (typeof everyMs === 'function') pauseMs = everyMs(databases.length);
      onRound?.(databases);
      for (const database of databases) {
        if (underWay.has(database.id)) continue;
        if (underWay.size >= atOnce) await Promise.race(underWay.values());
        if (signal.aborted) break;
        underWay.set(database.id, lookAt(database));
      }
    } catch (error) {
      log.warn({ error: messageOf(error) }, `databases not listed, ${otherwise}`);
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(underWay.values());
};
