import { isMarkOf, markLabels, markName, marksOf } from '../domain/naming.ts';
import { markOf } from '../domain/operation-mark.ts';
import { atIntervals } from './at-intervals.ts';
import type { MonitorDependencies } from './dependencies.ts';

const lookEveryMs = 600_000;

/** Databases whose last operation was one of a version that made no marks get theirs. */
export const markUnmarked = (dependencies: MonitorDependencies, signal: AbortSignal): Promise<void> =>
  atIntervals({
    whenItFails: 'last operations not marked',
    everyMs: lookEveryMs,
    log: dependencies.log,
    signal,
    once: () => markUnmarkedOnce(dependencies),
  });

export const markUnmarkedOnce = async ({ store, platform, home }: MonitorDependencies): Promise<void> => {
  const { volumes } = await platform.findByLabels(marksOf(home));
  for (const database of await store.listDatabases({})) {
    if (database.held || volumes.some((volume) => isMarkOf(database, volume))) continue;
    const last = await store.readLastOperation(database.id);
    // One that runs, or begins now, makes its own: nothing but another mark is made here, and none removed.
    if (!last || last.status === 'running' || (await store.isBusy(database.id))) continue;
    const mark = markOf(last);
    await platform.ensureVolume({ name: markName(database, mark), labels: markLabels(database, mark) });
  }
};
