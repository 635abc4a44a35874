import type { Snapshot } from '../domain/snapshot.ts';
import type { Queries } from './connection.ts';

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
    return rows.map(({ bytes, created_at, expires_at, verified_at, ...snapshot }) => ({
      ...snapshot,
      bytes: bytes === null ? null : Number(bytes),
      created_at: created_at.toISOString(),
      expires_at: expires_at?.toISOString() ?? null,
      verified_at: verified_at?.toISOString() ?? null,
    }));
  },
});
