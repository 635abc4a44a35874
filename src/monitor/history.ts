import type { Retention } from '../domain/retention.ts';
import { atIntervals } from './at-intervals.ts';
import type { MonitorDependencies } from './dependencies.ts';

const lookEveryMs = 6 * 3_600_000;

interface HistoryDependencies extends Pick<MonitorDependencies, 'store' | 'log'> {
  readonly retention: Retention;
}

/** Removes operations, events and audit that are older than a team keeps them. */
export const dropHistory = ({ store, log, retention }: HistoryDependencies, signal: AbortSignal): Promise<void> =>
  atIntervals({
    whenItFails: 'old history not removed',
    everyMs: lookEveryMs,
    log,
    signal,
    once: async () => {
      // What a record that is held has lost is not known yet.
      if ((await store.listDatabases({})).some(({ held }) => held)) return;
      const removed = await store.removeHistory(retention);
      if (Object.values(removed).some((rows) => rows > 0)) log.info({ removed }, 'old history removed');
    },
  });
