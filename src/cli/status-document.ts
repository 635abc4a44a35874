import type { Database } from '../domain/database.ts';
import type { Health } from '../domain/live-state.ts';
import type { OperationDocument } from '../domain/operation.ts';
import type { Stage } from '../domain/stage.ts';
import type { statusDocument } from '../domain/status.ts';

/** `status NAME --json`, as the API gives it. */
export type StatusDocument = ReturnType<typeof statusDocument>;

/** `status --json` without a name. */
export interface ControlPlaneStatus {
  readonly api: string;
  readonly console: string | null;
  readonly temporal_web: string | null;
  readonly temporal_address: string;
  readonly databases: readonly {
    readonly name: string;
    readonly id: Database['id'];
    readonly project: string;
    readonly stage: Stage;
    readonly health: Health;
    /** When its nodes were looked at, ISO 8601; null for never. */
    readonly seen_at: string | null;
    /** Milliseconds since then. */
    readonly age_ms: number | null;
    /** Why nothing is known of it; null if something is. */
    readonly notice: string | null;
    readonly operation: OperationDocument | null;
  }[];
}
