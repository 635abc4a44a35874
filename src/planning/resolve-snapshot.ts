import type { Database } from '../domain/database.ts';
import { PgrowError, type Problem } from '../domain/errors.ts';
import { invalidInput, problemsOf } from '../domain/input-problems.ts';
import { restoreSnapshotInput } from '../domain/inputs.ts';
import type { Restored } from '../domain/plan/restore.ts';
import { checkRestore } from '../domain/check-restore.ts';
import { tlsModeOf, withTls } from '../domain/tls.ts';
import type { Store } from '../store/store.ts';

type RestoreRecords = Pick<Store, 'listSnapshots' | 'readDatabase' | 'readRunningOperation'>;

/** What a restore asks for, as far as it can be read. */
export interface RestoreWish {
  readonly source: Database;
  /** Id of the snapshot, and name of the new database. */
  readonly wanted: { readonly snapshot?: unknown; readonly name?: unknown };
  /** Id of the new database, which may have its name already. */
  readonly service_id: unknown;
  /** What is wrong with the request by itself. */
  readonly malformed: readonly Problem[];
}

/** @throws PgrowError with everything at once that keeps the snapshot from being restored */
export const resolveSnapshot = async (
  store: RestoreRecords,
  { source, wanted, service_id, malformed }: RestoreWish,
): Promise<Restored> => {
  const snapshots = await store.listSnapshots(source.id);
  const holder = typeof wanted.name === 'string' ? await store.readDatabase(wanted.name) : null;
  checkRestore({
    source,
    snapshots,
    wanted,
    running: await store.readRunningOperation(source.id),
    holder: holder && holder.id !== service_id ? holder : null,
    now: Date.now(),
    malformed,
  });
  const snapshot = snapshots.find(({ id }) => id === wanted.snapshot);
  const { name, postgres_major, settings, chosen_settings, size, topology } = source;
  if (snapshot)
    return {
      source: name,
      postgres_major,
      snapshot,
      ...(settings ? { settings } : {}),
      ...(chosen_settings ? { chosen_settings } : {}),
      ...(size ? { size } : {}),
      ...withTls(tlsModeOf(topology)),
    };
  throw new PgrowError('not_found', `Snapshot ${String(wanted.snapshot)} of ${name} is gone.`);
};

/** The same for the input of a workflow, which anything may have started. */
export const resolveSnapshotOfInput = async (store: RestoreRecords, given: unknown): Promise<Restored> => {
  const { service_id, source_service_id: from, snapshot, name } = fieldsOf(given);
  const parsed = restoreSnapshotInput.safeParse(given);
  const malformed = parsed.success ? [] : problemsOf(restoreSnapshotInput, parsed.error, given);
  const source = typeof from === 'string' ? await store.readDatabase(from) : null;
  if (source) return resolveSnapshot(store, { source, wanted: { snapshot, name }, service_id, malformed });
  if (malformed.length > 0) throw invalidInput('The input', malformed);
  throw new PgrowError('not_found', `There is no database ${String(from)} to restore a snapshot of.`);
};

const fieldsOf = (given: unknown): Readonly<Record<string, unknown>> =>
  typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
