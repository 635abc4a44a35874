import { waitingFor, type Checkpoint, type HandOver, type OperationDocument } from '../../../src/domain/operation.ts';
import { abortableOf, currentStep, cutOverOf } from '../../../src/domain/operation-standing.ts';
import { requestAgain } from '../../../src/domain/request-again.ts';
import { stepRecord, type RecordedStep } from '../../../src/domain/step-record.ts';
import { traitsOf } from '../../../src/domain/step-traits.ts';
import { remarksOf } from '../../../src/domain/remarks.ts';
import { planOnRecord } from '../../../src/domain/recorded-plan.ts';
import type { NewOperation, OperationEnd, OperationStore } from '../../../src/store/operations.ts';

interface Row extends NewOperation {
  readonly began: Date;
  readonly steps: { -readonly [K in keyof RecordedStep]: RecordedStep[K] }[];
  ended: Date | null;
  end: OperationEnd | null;
  hand_over: HandOver | null;
}

interface Neighbours {
  readonly nameOf: (serviceId: string) => string;
  readonly checkpointOf: (operation: string) => Checkpoint | null;
  readonly countAddresses: (serviceId: string, given: number | undefined) => void;
}

export interface MemoryOperations extends OperationStore {
  /** As after a restore from a backup that was taken before it. */
  forgetOperation(id: string): Promise<void>;
}

export const memoryOperations = (neighbours: Neighbours): MemoryOperations => {
  const rows: Row[] = [];
  const stepOf = (operation: string, step: number) => rows.find(({ id }) => id === operation)?.steps[step];
  const of = (serviceId: string) =>
    rows
      .filter((row) => row.service_id === serviceId)
      .toReversed()
      .map((row) => toDocument(row, neighbours));

  return {
    async beginOperation(operation) {
      if (rows.some(({ id }) => id === operation.id)) return;
      neighbours.countAddresses(operation.service_id, operation.plan.addresses_given);
      const traits = traitsOf(operation.plan);
      const steps = operation.plan.steps.map(({ name, phase }, index): RecordedStep => ({
        index,
        name,
        phase,
        status: 'pending',
        started_at: null,
        ended_at: null,
        detail: null,
        waiting: false,
        traits: traits[index]!,
        attempts: 0,
        seen: null,
      }));
      rows.push({ ...operation, began: new Date(), steps, ended: null, end: null, hand_over: null });
    },
    async stepStarted({ operation, step }) {
      const record = stepOf(operation, step);
      if (!record) return;
      record.attempts = (record.attempts ?? 0) + 1;
      if (record.status === 'running' && !record.waiting) return;
      const began = { started_at: new Date(), ended_at: null, detail: null, seen: null };
      Object.assign(record, { status: 'running', waiting: false, ...began });
    },
    async stepWaits({ operation, step, detail }) {
      const record = stepOf(operation, step);
      if (!record || (record.status === 'running' && !record.waiting)) return;
      Object.assign(record, {
        status: 'running',
        waiting: true,
        detail,
        started_at: record.started_at ?? new Date(),
      });
    },
    async stepDetail({ operation, step, detail, seen = null }) {
      const record = stepOf(operation, step);
      if (record?.status === 'running') Object.assign(record, { ...(detail !== undefined && { detail }), seen });
    },
    async stepEnded({ operation, step, status, detail = null }) {
      const record = stepOf(operation, step);
      if (record)
        Object.assign(record, {
          status,
          waiting: false,
          seen: null,
          ...(status === 'undone' || status === 'undo_failed' ? {} : { ended_at: new Date() }),
          ...(status === 'done' ? { detail } : {}),
        });
    },
    async recordHandOver({ operation, hand_over }) {
      const row = rows.find(({ id }) => id === operation);
      if (row) row.hand_over = hand_over;
    },
    async endOperation(end) {
      const row = rows.find(({ id }) => id === end.id);
      if (!row) return;
      row.end = end;
      for (const step of row.steps.filter(({ waiting }) => waiting))
        Object.assign(step, { status: 'pending', waiting: false, started_at: null, detail: null });
      row.ended ??= new Date();
    },
    async readOperation(id) {
      const row = rows.find((candidate) => candidate.id === id);
      return row ? toDocument(row, neighbours) : null;
    },
    listOperations: async (serviceId) => of(serviceId),
    listRunningOperations: async () => {
      const running = rows.filter(({ end }) => end === null);
      return running.map((row) => toDocument(row, neighbours));
    },
    listBusy: async () => new Set(rows.filter(({ end }) => end === null).map(({ service_id }) => service_id)),
    async readPlan(operation) {
      const row = rows.find(({ id }) => id === operation);
      return row ? planOnRecord(row.plan, operation) : null;
    },
    isBusy: async (serviceId) => of(serviceId).some(({ status }) => status === 'running'),
    readLastOperation: async (serviceId, except) => of(serviceId).find(({ id }) => id !== except) ?? null,
    readOperationStatus: async (id) => {
      const row = rows.find((candidate) => candidate.id === id);
      return row ? (row.end?.status ?? 'running') : null;
    },
    async forgetOperation(id) {
      rows.splice(
        rows.findIndex((row) => row.id === id),
        1,
      );
    },
    readRunningOperation: async (serviceId) => of(serviceId).find(({ status }) => status === 'running') ?? null,
  };
};

const toDocument = (row: Row, { nameOf, checkpointOf }: Neighbours): OperationDocument => {
  const { plan, began, ended, end, options = null, type, service_id } = row;
  const { point_of_no_return } = plan;
  const status = end?.status ?? 'running';
  const database = nameOf(service_id);
  const steps = row.steps.map((step) => stepRecord(step, { point_of_no_return, options }));
  return {
    id: row.id,
    workflow_id: row.workflow_id,
    run_id: row.run_id,
    type,
    database,
    service_id,
    from_stage: plan.from?.stage ?? null,
    to_stage: plan.to?.stage ?? null,
    status,
    actor: row.actor,
    reason: plan.reason ?? null,
    steps,
    started_at: began.toISOString(),
    ended_at: ended?.toISOString() ?? null,
    duration_ms: ended && ended.getTime() - began.getTime(),
    expected_stall_ms: plan.expected_stall_ms,
    stall_ms: end?.stall_ms ?? null,
    waiting_for: end ? null : waitingFor(row.steps),
    closes_window: plan.closes_window ?? null,
    point_of_no_return: plan.point_of_no_return,
    nodes_added: plan.nodes_added,
    nodes_removed: plan.nodes_removed,
    cost_before: plan.cost_before,
    cost_after: plan.cost_after,
    changes: plan.changes ?? [],
    warnings: [...plan.warnings, ...remarksOf(row.steps)],
    checkpoint: checkpointOf(row.id),
    error: end?.error ?? null,
    current: currentStep({ status, steps }),
    estimated_duration_ms: plan.estimated_duration_minutes * 60_000,
    request: requestAgain({
      asked: plan.asked,
      options,
      project: 'default',
      service_id,
      database,
      grace_seconds: row.steps.find(({ traits }) => traits?.grace_seconds)?.traits?.grace_seconds ?? null,
    }),
    abortable: abortableOf({ type, database, status, steps }),
    cut_over: cutOverOf(steps, options),
    hand_over: row.hand_over,
  };
};
