/** How long a snapshot is kept, from when nothing needs it any more. */
export const retentionHours = 24;

/** A base backup with a manifest, in a volume of its own. */
export interface Snapshot {
  /** Unique within its database: `snap-1a2b3c4d`. */
  readonly id: string;
  readonly service_id: string;
  readonly operation_id: string | null;
  readonly volume: string;
  /** Null if they were not counted. */
  readonly bytes: number | null;
  /** ISO 8601, as the others. */
  readonly created_at: string;
  /** Null while its checkpoint is open. */
  readonly expires_at: string | null;
  /** When it was last read through; null if it never was. */
  readonly verified_at: string | null;
  /** What was wrong with it then; null for nothing. */
  readonly damage: string | null;
}

/** A database that began with a snapshot of another one. */
export interface RestoredDatabase {
  readonly id: string;
  readonly name: string;
  /** Id of the snapshot, which may have been removed since. */
  readonly snapshot: string;
  /** ISO 8601, as the next one. */
  readonly taken_at: string;
  readonly restored_at: string;
}

/** What reading a snapshot through has found. */
export interface Verification {
  readonly status: 'whole' | 'damaged';
  /** In the words of `pg_verifybackup` or `pgrow-verify-snapshot`, one line for each thing that is wrong. */
  readonly found: readonly string[];
  readonly duration_ms: number;
}

/** The input of the workflow `verifySnapshot`. */
export interface VerifySnapshot {
  readonly service_id: string;
  readonly snapshot: string;
}
