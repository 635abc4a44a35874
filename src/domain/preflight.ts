import type { Database } from './database.ts';
import type { Plan } from './plan.ts';

/** What is looked at before an operation begins. */
export const preflightChecks = ['engine', 'host', 'images', 'disk', 'ports'] as const;
export type PreflightName = (typeof preflightChecks)[number];

export interface PreflightCheck {
  readonly check: PreflightName;
  /** Null if it could not be looked at. */
  readonly ok: boolean | null;
  readonly says: string;
}

/** What it is about: of a plan only what counts, because the whole of it may be large. */
export interface PreflightQuestion {
  readonly database: Pick<Database, 'id' | 'name' | 'project' | 'topology' | 'size' | 'postgres_major'>;
  readonly plan: Pick<Plan, 'type' | 'from' | 'to' | 'nodes_added' | 'snapshot'>;
  /** Bytes of the snapshot that a new database is restored from; null for none. */
  readonly restored_bytes: number | null;
  /** The port that a new database is to have; null for any. */
  readonly port: number | null;
}
