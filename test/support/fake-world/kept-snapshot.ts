import { databaseLabels, labelNames, snapshotVolumeName } from '../../../src/domain/naming.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { sampleDatabase } from '../sample-database.ts';
import type { Shop } from './operator.ts';
import { baseBackup, initdb } from './postgres-data.ts';
import type { World } from './world.ts';

/** Another database of a world, of which there is a snapshot. */
export const source = sampleDatabase('origin', { id: '5c0ffee5-0000-4000-8000-00000000abcd' });
export const snapshotId = 'snap-1';
export const snapshotVolume = snapshotVolumeName(source, snapshotId);
/** What it holds. */
export const snapshotRows = ['order 1', 'order 2'] as const;
export const sourcePassword = 'that of the source';

export const restoration = { name: 'shop', snapshot: snapshotId, source_service_id: source.id } as const;

/** A snapshot as an expansion of the source has left it, changed as a test wants it. */
export const keepSnapshot = async ({ world }: Pick<Shop, 'world'>, change: Partial<Snapshot> = {}): Promise<void> => {
  const { store } = world;
  await store.registerDatabase(source);
  await addSnapshot(world, { id: snapshotId, volume: snapshotVolume, ...change });
};

export const addSnapshot = async (
  { platform, servers, store }: World,
  change: Pick<Snapshot, 'id' | 'volume'> & Partial<Snapshot>,
): Promise<void> => {
  const labels = { ...databaseLabels(source), [labelNames.kind]: 'snapshot' };
  await platform.ensureVolume({ name: change.volume, labels });
  const origin = initdb(sourcePassword);
  for (const row of snapshotRows) origin.rows.add(row);
  for (const role of ['replicator', 'rewind', 'pgbouncer', source.name]) origin.passwords.set(role, sourcePassword);
  origin.databases.add(source.name);
  servers.seed(change.volume, baseBackup(origin));
  await store.recordSnapshot({
    service_id: source.id,
    operation_id: null,
    verified_at: new Date().toISOString(),
    ...change,
  });
};
