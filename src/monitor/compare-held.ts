import type { Database } from '../domain/database.ts';
import { messageOf } from '../domain/errors.ts';
import type { Difference } from '../domain/held.ts';
import { compareWithNodes } from '../nodes/compare-record.ts';
import { atIntervals } from './at-intervals.ts';
import type { MonitorDependencies } from './dependencies.ts';

const lookEveryMs = 3000;

/**
 * Compares databases whose record comes from a backup with their nodes. A record that is found to be right is held no
 * longer; of one that is not, the differences are recorded, and compared again until an operator has seen to it.
 */
export const compareHeld = (dependencies: MonitorDependencies, signal: AbortSignal): Promise<void> =>
  atIntervals({
    whenItFails: 'records from a backup not compared',
    everyMs: lookEveryMs,
    log: dependencies.log,
    signal,
    once: () => compareHeldOnce(dependencies),
  });

export const compareHeldOnce = async (dependencies: MonitorDependencies): Promise<void> => {
  const { store, log } = dependencies;
  const held = (await store.listDatabases({})).filter((database) => database.held);
  await Promise.all(
    held.map((database) =>
      compare(dependencies, database).catch((error: unknown) =>
        log.warn({ error: messageOf(error), database: database.name }, 'record from a backup not compared'),
      ),
    ),
  );
};

const compare = async (dependencies: MonitorDependencies, database: Database): Promise<void> => {
  const { store, log } = dependencies;
  const differences = await compareWithNodes(dependencies, database);
  await store.recordComparison(database.id, differences);
  await record(dependencies, database, differences);
  if (differences.length > 0) return;
  await store.releaseHold(database.id);
  log.info({ database: database.name }, 'record from a backup is right, acting on it from now on');
};

/** What was found before is no news. */
const record = async (
  { store, log }: MonitorDependencies,
  { id, name, topology, held }: Database,
  differences: readonly Difference[],
): Promise<void> => {
  const found = differences.map(({ text }) => text);
  if (held?.compared_at && String(held.differences.map(({ text }) => text)) === String(found)) return;
  if (found.length > 0) log.warn({ database: name, differences: found }, 'record from a backup is not what is there');
  await store.recordEvent({
    service_id: id,
    event_type: found.length > 0 ? 'backup_compared' : 'hold_released',
    from_stage: topology.stage,
    to_stage: topology.stage,
    metadata: {
      backup_taken_at: held?.taken_at,
      ...(found.length > 0 ? { differences: found } : { by: 'pgrow', reason: 'its record is what its nodes are' }),
    },
  });
};
