import type { Queries } from './connection.ts';

export interface SnapshotStore {
  /** Idempotent by service and id. */
  recordSnapshot(snapshot: NewSnapshot): Promise<void>;
  /** Absent is success. */
  removeSnapshot(serviceId: string, id: string): Promise<void>;
  /** The latest first. */
  listSnapshots(serviceId: string): Promise<readonly Snapshot[]>;
}

export interface NewSnapshot {
  /** Unique within its database. */
  readonly id: string;
  readonly service_id: string;
  readonly operation_id: string | null;
  readonly volume: string;
  readonly bytes?: number | null;
  /** ISO 8601; null while its checkpoint is open. */
  readonly expires_at?: string | null;
}

export interface Snapshot extends Required<NewSnapshot> {
  readonly created_at: string;
}

export const snapshotStore = (queries: Queries): SnapshotStore => ({
  async recordSnapshot({ expires_at, bytes, ...snapshot }) {
    const changeable = { bytes: bytes ?? null, expires_at: expires_at ? new Date(expires_at) : null };
    await queries
      .insertInto('snapshots')
      .values({ ...snapshot, ...changeable })
      .onConflict((conflict) => conflict.columns(['service_id', 'id']).doUpdateSet(changeable))
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
    return rows.map(({ bytes, created_at, expires_at, ...snapshot }) => ({
      ...snapshot,
      bytes: bytes === null ? null : Number(bytes),
      created_at: created_at.toISOString(),
      expires_at: expires_at?.toISOString() ?? null,
    }));
  },
});
