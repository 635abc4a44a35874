import { isMarkOf, isMarkOfOperation, markLabels, markName, marksOf } from '../domain/naming.ts';
import { markOf } from '../domain/operation-mark.ts';
import { atIntervals } from './at-intervals.ts';
import type { MonitorDependencies } from './dependencies.ts';

const lookEveryMs = 600_000;

/** Databases whose last operation was one of a version that made no marks get theirs, in place of that of an earlier operation. */
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
    if (database.held) continue;
    const marks = volumes.filter((volume) => isMarkOf(database, volume));
    const last = await store.readLastOperation(database.id);
    if (!last || last.status === 'running') continue;
    const mark = markOf(last);
    if (marks.includes(markName(database, mark))) continue;
    // An operation that begins now makes its own.
    if (await store.isBusy(database.id)) continue;
    const known = await store.listOperations(database.id);
    // One that this record does not know was made after it: this is not the place to decide which of them is right.
    if (!marks.every((volume) => known.some((operation) => isMarkOfOperation(database, operation.id, volume))))
      continue;
    await platform.ensureVolume({ name: markName(database, mark), labels: markLabels(database, mark) });
    // Only those that were seen before it was known that nothing runs.
    for (const volume of marks) await platform.removeVolume(volume);
  }
};
