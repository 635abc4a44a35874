import type { OperationError, OperationDocument, OperationType } from './operation.ts';
import { abortableOf } from './operation-standing.ts';

/** An operation that was accepted, as long as no worker has recorded it, or because none ever will. */
export interface Acceptance {
  readonly id: string;
  readonly workflow_id: string;
  readonly run_id: string | null;
  readonly type: OperationType;
  readonly database: string;
  readonly service_id: string;
  readonly actor: string;
  /** ISO 8601. */
  readonly since: string;
}

const nothing = { monthly_usd: 0, items: [] } as const;

/** Before it is planned: in the shape of an operation, with what is known. */
export const acceptedOperation = (
  { since, ...acceptance }: Acceptance,
  standing:
    | { readonly waiting_for: string }
    | { readonly status: 'failed' | 'aborted'; readonly error: OperationError },
): OperationDocument => ({
  ...acceptance,
  from_stage: null,
  to_stage: null,
  status: 'status' in standing ? standing.status : 'running',
  reason: null,
  steps: [],
  started_at: since,
  ended_at: null,
  duration_ms: null,
  expected_stall_ms: 0,
  stall_ms: null,
  waiting_for: 'waiting_for' in standing ? standing.waiting_for : null,
  closes_window: null,
  point_of_no_return: null,
  nodes_added: [],
  nodes_removed: [],
  cost_before: nothing,
  cost_after: nothing,
  changes: [],
  warnings: [],
  checkpoint: null,
  error: 'error' in standing ? standing.error : null,
  current: null,
  estimated_duration_ms: null,
  request: null,
  abortable: abortableOf({
    type: acceptance.type,
    database: acceptance.database,
    status: 'status' in standing ? standing.status : 'running',
    steps: [],
  }),
  cut_over: null,
  hand_over: null,
});

/** A worker has it, which looks at every node before it plans. */
export const waitsForPlan =
  'its plan, which is waiting for nodes or for the Docker engine. Temporal Web shows for which';

/** `seenAgo`: seconds since a worker last asked for work; null if none is known to have. */
export const waitsForWorker = (seenAgo: number | null): string =>
  `a worker; none has asked for work${seenAgo === null ? '' : ` for ${seenAgo} s`}. Start one: ./pgrow up`;
