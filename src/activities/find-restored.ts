import { PgrowError } from '../domain/errors.ts';
import { invalidInput, problemsOf } from '../domain/input-problems.ts';
import { restoreSnapshotInput } from '../domain/inputs.ts';
import type { Restored } from '../domain/plan/restore.ts';
import { refuseUnrestorable } from '../domain/restorable.ts';
import type { Store } from '../store/store.ts';

/**
 * What a restore asks for.
 * @throws PgrowError with everything at once that keeps it from being restored
 */
export const findRestored = async (store: Store, given: unknown, operation: string): Promise<Restored> => {
  const { service_id, source_service_id: from, snapshot: id, name } = fieldsOf(given);
  const parsed = restoreSnapshotInput.safeParse(given);
  const malformed = parsed.success ? [] : problemsOf(restoreSnapshotInput, parsed.error, given);
  const source = typeof from === 'string' ? await store.readDatabase(from) : null;
  if (!source && malformed.length > 0) throw invalidInput('The input', malformed);
  if (!source) throw new PgrowError('not_found', `There is no database ${String(from)} to restore a snapshot of.`);
  const snapshots = await store.listSnapshots(source.id);
  // One that has begun goes on, whatever the time is by now.
  if (!(await store.readOperation(operation))) {
    const holder = typeof name === 'string' ? await store.readDatabase(name) : null;
    refuseUnrestorable({
      source,
      snapshots,
      wanted: { snapshot: id, name },
      running: await store.readRunningOperation(source.id),
      holder: holder && holder.id !== service_id ? holder : null,
      now: Date.now(),
      malformed,
    });
  }
  const snapshot = snapshots.find((candidate) => candidate.id === id);
  const { name: called, postgres_major, settings } = source;
  if (snapshot) return { source: called, postgres_major, snapshot, ...(settings ? { settings } : {}) };
  throw new PgrowError('not_found', `Snapshot ${String(id)} of ${source.name} is gone.`);
};

const fieldsOf = (given: unknown): Readonly<Record<string, unknown>> =>
  typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
