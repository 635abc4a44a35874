import type { Selectable } from 'kysely';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Queries } from './connection.ts';
import type { Tables } from './tables.ts';

export interface SnapshotStore {
  /** Idempotent by service and id. What its verification found stays. */
  recordSnapshot(snapshot: NewSnapshot): Promise<void>;
  /** What reading it through has found. Absent is success. */
  recordVerification(verified: Verified): Promise<void>;
  /** Absent is success. */
  removeSnapshot(serviceId: string, id: string): Promise<void>;
  /** Newest first. */
  listSnapshots(serviceId: string): Promise<readonly Snapshot[]>;
}

type Optional = 'bytes' | 'expires_at' | 'verified_at' | 'damage';
export type NewSnapshot = Omit<Snapshot, Optional | 'created_at'> & Partial<Pick<Snapshot, Optional>>;
type Verified = Pick<Snapshot, 'service_id' | 'id' | 'damage'> & { readonly verified_at: string };

export const snapshotStore = (queries: Queries): SnapshotStore => ({
  async recordSnapshot({ expires_at, bytes, verified_at, ...snapshot }) {
    const changeable = { bytes: bytes ?? null, expires_at: expires_at ? new Date(expires_at) : null };
    await queries
      .insertInto('snapshots')
      .values({ ...snapshot, ...changeable, verified_at: verified_at ? new Date(verified_at) : null })
      .onConflict((conflict) => conflict.columns(['service_id', 'id']).doUpdateSet(changeable))
      .execute();
  },

  async recordVerification({ service_id, id, verified_at, damage }) {
    await queries
      .updateTable('snapshots')
      .set({ verified_at: new Date(verified_at), damage })
      .where('service_id', '=', service_id)
      .where('id', '=', id)
      .execute();
  },

  async removeSnapshot(serviceId, id) {
    await queries.deleteFrom('snapshots').where('service_id', '=', serviceId).where('id', '=', id).execute();
  },

  async listSnapshots(serviceId) {
    const rows = await queries
      .selectFrom('snapshots')
      .selectAll()
      .where('service_id', '=', serviceId)
      .orderBy('created_at', 'desc')
      .execute();
    return rows.map(toSnapshot);
  },
});

export const toSnapshot = (row: Selectable<Tables['snapshots']>): Snapshot => ({
  id: row.id,
  service_id: row.service_id,
  operation_id: row.operation_id,
  volume: row.volume,
  damage: row.damage,
  bytes: row.bytes === null ? null : Number(row.bytes),
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at?.toISOString() ?? null,
  verified_at: row.verified_at?.toISOString() ?? null,
});
