import type { OperationError, OperationStatus, OperationType } from '../operation.ts';
import type { Stage } from '../stage.ts';
import type { Notice, NoticeType } from './notice.ts';

/** Whose database it is. */
interface About {
  readonly project: string;
  readonly database: string;
  readonly service_id: string;
}

/** An operation of whose status no channel has been notified yet. */
export interface UnnotifiedOperation extends About {
  readonly id: string;
  readonly type: OperationType;
  readonly status: OperationStatus;
  /** The status of which channels were notified last; null if there was none. */
  readonly notified: OperationStatus | null;
  readonly actor: string;
  readonly from_stage: Stage | null;
  readonly to_stage: Stage | null;
  readonly stall_ms: number | null;
  readonly error: OperationError | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
}

const endTypes: Readonly<Record<Exclude<OperationStatus, 'running'>, NoticeType>> = {
  done: 'maintenance.done',
  rolled_back: 'maintenance.rolled_back',
  aborted: 'maintenance.rolled_back',
  needs_operator: 'maintenance.needs_operator',
  // Its workflow was terminated: nothing says how far it came.
  failed: 'maintenance.needs_operator',
};

/** Its start and its end where both have happened since. The key holds the status: one left to an operator may be undone later. */
export const noticesOfOperation = (operation: UnnotifiedOperation): readonly Notice[] => {
  const { id, project, database, service_id, type, status, notified, started_at, ended_at } = operation;
  const { actor, from_stage, to_stage, stall_ms, error } = operation;
  const data = { service_id, operation_id: id, operation: type, actor, from_stage, to_stage };
  const started: Notice = {
    key: `${id}-running`,
    type: 'maintenance.started',
    at: started_at.toISOString(),
    project,
    database,
    data: { ...data, status: 'running' },
  };
  const ended = (end: Exclude<OperationStatus, 'running'>): Notice => ({
    key: `${id}-${end}`,
    type: endTypes[end],
    at: (ended_at ?? started_at).toISOString(),
    project,
    database,
    data: {
      ...data,
      status: end,
      stall_ms,
      duration_ms: ended_at ? ended_at.getTime() - started_at.getTime() : null,
      error,
    },
  });
  return [...(notified === null ? [started] : []), ...(status === 'running' ? [] : [ended(status)])];
};

/** Another leader that no operation made, or a failover. */
export interface UnnotifiedFailover extends About {
  readonly id: string;
  readonly event_type: string;
  readonly created_at: Date;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Null for a change of leader that comes with a failover, which has its own notice. */
export const noticeOfFailover = ({
  id,
  event_type,
  created_at,
  metadata,
  ...about
}: UnnotifiedFailover): Notice | null => {
  const { project, database, service_id } = about;
  // Only what Patroni has done by itself is known by its timeline.
  if (event_type === 'leader_changed' && metadata['timeline'] === undefined) return null;
  const text = (name: string) => (typeof metadata[name] === 'string' ? metadata[name] : null);
  const duration = metadata['duration_ms'];
  return {
    key: `event-${id}`,
    type: 'failover',
    at: created_at.toISOString(),
    project,
    database,
    data: {
      service_id,
      previous_leader: text('previous_leader'),
      new_leader: text('new_leader'),
      duration_ms: typeof duration === 'number' ? duration : null,
    },
  };
};

export interface ClosingWindow extends About {
  readonly id: string;
  readonly operation_id: string;
  readonly operation: OperationType;
  readonly until: Date;
  readonly now: Date;
}

export const noticeOfClosing = ({ id, now, until, operation, operation_id, ...about }: ClosingWindow): Notice => ({
  key: `window-${id}`,
  type: 'rollback_window.closing',
  at: now.toISOString(),
  project: about.project,
  database: about.database,
  data: {
    service_id: about.service_id,
    operation_id,
    operation,
    rollback_available_until: until.toISOString(),
  },
});
