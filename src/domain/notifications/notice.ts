import type { OperationError, OperationStatus, OperationType } from '../operation.ts';
import type { Stage } from '../stage.ts';

/** What can be heard of. Recorded and sent names: they never change. */
export const noticeTypes = [
  'maintenance.announced',
  'maintenance.started',
  'maintenance.done',
  'maintenance.rolled_back',
  'maintenance.needs_operator',
  'failover',
  'rollback_window.closing',
] as const;
export type NoticeType = (typeof noticeTypes)[number] | typeof testNotice;

/** Of a message that only shows that a channel works. Channels do not subscribe to it. */
export const testNotice = 'test';

/** One thing that there is to say, however many channels hear of it. */
export interface Notice {
  /** What makes recording it twice one notice. */
  readonly key: string;
  readonly type: NoticeType;
  /** When it happened, ISO 8601. */
  readonly at: string;
  /** `*` where it concerns all. */
  readonly project: string;
  /** Name; null where it concerns none in particular. */
  readonly database: string | null;
  readonly data: NoticeData;
}

/** What is known of it; snake_case, because it is sent as it is. Times in ISO 8601, stalls and durations in milliseconds. */
export interface NoticeData {
  readonly service_id?: string;
  readonly operation_id?: string;
  readonly operation?: OperationType;
  readonly status?: OperationStatus;
  readonly actor?: string;
  readonly from_stage?: Stage | null;
  readonly to_stage?: Stage | null;
  readonly stall_ms?: number | null;
  readonly duration_ms?: number | null;
  readonly error?: OperationError | null;
  readonly previous_leader?: string | null;
  readonly new_leader?: string | null;
  readonly rollback_available_until?: string;
  /** Of an announcement: when the work begins, and what is said of it. */
  readonly starts_at?: string | null;
  readonly message?: string;
}
