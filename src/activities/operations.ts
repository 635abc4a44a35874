import { CancelledFailure, Context } from '@temporalio/activity';
import { PgrowError } from '../domain/errors.ts';
import { heldNotices } from '../domain/held-records.ts';
import { labelNames } from '../domain/naming.ts';
import {
  hasPassedReturn,
  type Checkpoint,
  type OperationDocument,
  type OperationStatus,
  type OperationType,
} from '../domain/operation.ts';
import type { OperationActivities } from '../domain/operation-activities.ts';
import { retentionHours } from '../domain/snapshot.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { removeResources } from '../nodes/leftovers.ts';
import { markOperation, removeMarks } from '../nodes/operation-marks.ts';
import { readAbandoned } from '../planning/left-behind.ts';
import { showWait } from './heartbeat.ts';
import { openOperation } from './open-operation.ts';
import { untilReleased } from './until-released.ts';
import { verifySnapshot } from './verify-snapshot.ts';
import { watchHealth } from './watch-health.ts';

const closePollMs = 200;
const closing = 'the rollback window of the last operation to close';
/** Milliseconds; a window that closes sooner is not mentioned. */
const quietSeconds = 2;

/** What an operation does around the steps of its plan. */
export const operationActivities = (dependencies: Dependencies): OperationActivities => {
  const { store, platform, home } = dependencies;
  return {
    openOperation: (call) => openOperation(dependencies, call),

    async findCutOff({ database }) {
      const record = await store.readDatabase(database);
      if (record?.held) throw new PgrowError('refused', heldNotices(record.name, record.held).join(' '));
      return readAbandoned(store, database);
    },

    noteStep: (wait) => store.stepWaits(wait),

    noteRelease: ({ operation, database, actor }) =>
      store.recordEvent({
        service_id: database,
        event_type: 'cutover_released',
        from_stage: null,
        to_stage: null,
        metadata: { operation_id: operation, actor },
        key: `${operation}-cutover-released`,
      }),

    async readStanding({ operation }) {
      const [document, plan] = await Promise.all([store.readOperation(operation), store.readPlan(operation)]);
      if (document === null || plan === null) return { past_return: false };
      // One that has ended was undone, or is in use: a workflow that was reset undoes nothing of it.
      return { past_return: document.status !== 'running' || hasPassedReturn(document, plan) };
    },

    noteStepDone: ({ operation, step }) => store.stepEnded({ operation, step, status: 'done' }),

    async sweepOperation({ operation, database }) {
      const labels = { [labelNames.home]: home, [labelNames.database]: database, [labelNames.operation]: operation };
      return removeResources(platform, await platform.findByLabels(labels));
    },

    async endOperation({ operation, database, status, stall_ms, error, window_until }) {
      // Else the mark would be made equal to a record that is not right.
      await untilReleased(store, { database, operation }, Context.current().cancellationSignal);
      const known = await store.readOperation(operation);
      // A workflow that was reset says nothing new of an operation that has ended.
      // But what was left to an operator may have been undone since (`left-behind.ts`).
      const isPutBack = known?.status === 'needs_operator' && status === 'rolled_back';
      if (known && known.status !== 'running' && known.status !== status && !isPutBack) return known;
      // Before the record: one that still shows it as running is held when it comes back from a backup.
      await markEnd(operation, database, known?.type, status);
      if (leavesNothing(known?.type, status)) {
        await store.removeDatabase(database);
        await store.removeSecrets(database);
      }
      await store.endOperation({ id: operation, status, stall_ms, error });
      const open = await store.readOpenCheckpoint(database);
      if (open?.operation_id === operation) {
        // Of a workflow that does not say when: once, however often it is ended.
        const until = window_until ?? (known?.status === 'done' ? null : windowEnd(open));
        if (status !== 'done') await store.closeCheckpoint(open.id);
        else if (until !== null) await store.extendCheckpoint(open.id, until);
      }
      const document = await store.readOperation(operation);
      if (!document) throw new PgrowError('not_found', `Operation ${operation} is not in the metadata.`);
      const usesUp = ['rollback', 'destroy'].includes(document.type) && status === 'done';
      // Not that of an operation which came after it.
      if (usesUp && open && open.timestamp <= document.ended_at!) await store.closeCheckpoint(open.id);
      const moved = document.type === 'switchover' || document.type === 'failover' ? document.type : null;
      if (moved && status === 'done') await recordMove(document, moved);
      return document;
    },

    async waitUntilCheckpointClosed({ checkpoint, database, operation, step, limit_seconds = Infinity }) {
      const began = performance.now();
      showWait(closing);
      for (;;) {
        const waitedFor = (await store.listCheckpoints(database)).find(({ id }) => id === checkpoint);
        if (waitedFor?.status !== 'open') return { closed: true };
        const waited = (performance.now() - began) / 1000;
        if (waited > limit_seconds) return { closed: false };
        if (waited > quietSeconds && operation !== undefined && step !== undefined)
          await store.stepWaits({ operation, step, detail: closing });
        if (Context.current().cancellationSignal.aborted) throw new CancelledFailure('cancelled');
        await new Promise((resolve) => setTimeout(resolve, closePollMs));
      }
    },

    verifySnapshot: (call) => verifySnapshot(dependencies, call, Context.current().cancellationSignal),

    watchHealth: ({ database }) => watchHealth(dependencies, database),

    async closeCheckpoint({ checkpoint, database }) {
      await untilReleased(store, { database, operation: checkpoint }, Context.current().cancellationSignal);
      const window = (await store.listCheckpoints(database)).find((candidate) => candidate.id === checkpoint);
      // Of a workflow that was reset: what is kept now is another window's.
      if (window?.status !== 'open') return;
      const snapshot = (await store.listSnapshots(database)).find((candidate) => candidate.id === window.snapshot_id);
      if (snapshot) {
        const expires_at = new Date(Date.now() + retentionHours * 3_600_000).toISOString();
        await store.recordSnapshot({ ...snapshot, expires_at });
      }
      await store.dropKept(database);
      await store.closeCheckpoint(checkpoint);
    },
  };

  async function markEnd(
    operation: string,
    serviceId: string,
    type: OperationType | undefined,
    state: OperationStatus,
  ) {
    const database = await store.readDatabase(serviceId);
    if (!database || leavesNothing(type, state)) await removeMarks(platform, { home, id: serviceId });
    else await markOperation(platform, database, { operation, state });
  }

  async function recordMove(
    { id, service_id, to_stage, stall_ms, duration_ms }: OperationDocument,
    event_type: 'switchover' | 'failover',
  ) {
    const plan = await store.readPlan(id);
    if (!plan?.from || !plan.to || plan.steps.length === 0) return;
    await store.recordEvent({
      service_id,
      event_type,
      from_stage: to_stage,
      to_stage,
      metadata: {
        operation_id: id,
        previous_leader: plan.from.primary,
        new_leader: plan.to.primary,
        stall_ms,
        duration_ms,
      },
      key: `${id}-${event_type}`,
    });
  }
};

/** As workflows had it recorded that did not say when their window ends. */
const windowEnd = ({ rollback_available_until, timestamp }: Checkpoint): string =>
  new Date(Date.now() + Date.parse(rollback_available_until) - Date.parse(timestamp)).toISOString();

/** A database that was not made after all, or is destroyed. Once its operation shows as ended, its name is free. */
const leavesNothing = (type: OperationType | undefined, status: OperationStatus): boolean => {
  if (type === 'create' || type === 'restore') return status === 'rolled_back' || status === 'aborted';
  return type === 'destroy' && status === 'done';
};
