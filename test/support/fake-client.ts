import { randomUUID } from 'node:crypto';
import type { PgrowClient } from '../../src/client/client.ts';
import { runningError, type OperationRun } from '../../src/client/operation-run.ts';
import { PgrowError } from '../../src/domain/errors.ts';
import { operationTypeOf } from '../../src/domain/inputs.ts';
import type { Verification } from '../../src/domain/snapshot.ts';
import { operationWorkflowId } from '../../src/domain/naming.ts';
import { refuseUnconfirmed } from '../../src/domain/confirmation.ts';
import type { StartableDelivery } from '../../src/domain/notifications/deliveries.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { refuseOtherPlan } from '../../src/planning/plan-digest.ts';
import type { PlanRequest } from '../../src/planning/planning.ts';
import type { RollbackWindow } from '../../src/domain/rollback-window.ts';
import type { Opened, RollbackRequest } from '../../src/domain/messages.ts';

export interface FakeClient extends PgrowClient {
  /** What was started, with its input, in order. */
  readonly started: { workflow: string; input: Record<string, unknown> }[];
  readonly signals: string[];
  /** Who sent them. */
  readonly senders: string[];
  /** Windows as their workflows would be restarted. */
  readonly windows: RollbackWindow[];
  /** Why the running operation hears nothing any more; null: it hears everything. */
  tooLate: string | null;
  /** How the workflows of operations have ended that the record shows as running; null: they run. */
  ended: string | null;
  /** Whether a worker takes up what is started. */
  worker: boolean;
  /** Ids of the snapshots that were read through. */
  readonly verified: string[];
  /** What is found; null while it is still read. */
  verification: Verification | null;
  /** Deliveries whose workflows were started. */
  readonly deliveries: StartableDelivery[];
  /** Stands for the worker: the plan that an operation is opened with. @throws PgrowError what it is refused with */
  plan: (request: PlanRequest) => Promise<Plan>;
  /** Stands for the worker: runs when an operation is started. By default it takes nothing up. */
  onStart: (run: StartedOperation) => Promise<void>;
  /** Stands for the checkpoint: runs when it is told to roll back. By default it does nothing. */
  onRollback: (serviceId: string, request: RollbackRequest) => Promise<void>;
  /** Ends the operation that runs on a database. */
  end(serviceId: string, failure?: PgrowError): void;
}

export interface StartedOperation {
  readonly workflow: string;
  readonly input: { readonly service_id: string; readonly operation_id: string; readonly name?: string };
  readonly run_id: string;
}

/** Temporal as the API sees it, without a server: one operation at a time per database. */
export const createFakeClient = (): FakeClient => {
  const runs = new Map<string, OperationRun & { failure?: PgrowError; withdrawn?: true }>();
  const fake: FakeClient = {
    started: [],
    signals: [],
    senders: [],
    windows: [],
    tooLate: null,
    ended: null,
    worker: true,
    verified: [],
    deliveries: [],
    verification: { status: 'whole', found: [], duration_ms: 1 },
    plan: async () => {
      throw new PgrowError('internal', 'the fake has no plans');
    },
    onStart: async () => undefined,
    onRollback: async () => undefined,
    end(serviceId, failure) {
      const run = runs.get(serviceId);
      if (run) runs.set(serviceId, { ...run, running: false, ...(failure && { failure }) });
    },
    async start(workflow, input, about) {
      const running = runs.get(input.service_id);
      if (running?.running) throw runningError(about.database, running);
      const run_id = randomUUID();
      const workflow_id = operationWorkflowId(input.service_id);
      fake.started.push({ workflow, input });
      runs.set(input.service_id, {
        running: true,
        operation_id: input.operation_id ?? null,
        type: operationTypeOf[workflow],
        workflow_id,
        run_id,
        since: new Date().toISOString(),
      });
      await fake.onStart({ workflow, input: input as StartedOperation['input'], run_id });
      return { workflow_id, run_id };
    },
    async open(workflow, input, about) {
      const { service_id, operation_id } = input;
      const running = runs.get(service_id);
      const isSame = running?.running && running.operation_id === operation_id;
      const plan = fake.worker ? await fake.plan({ workflow, input, operation: operation_id }) : null;
      if (plan) refuseOtherPlan(plan, { operation_id, service_id }, input.plan_digest);
      if (plan) refuseUnconfirmed(plan, (input as { confirm?: boolean }).confirm === true);
      const run = isSame ? running : await fake.start(workflow, input, about);
      const failure = runs.get(service_id)?.failure;
      if (failure) throw failure;
      return { run, opened: plan && openedOf(operation_id, plan) };
    },
    async switchOver(input, about) {
      const running = runs.get(input.service_id);
      if (running?.running) throw runningError(about.database, running);
      return fake.start('switchover', input, about);
    },
    async result(serviceId) {
      const failure = runs.get(serviceId)?.failure;
      throw failure ?? new PgrowError('internal', 'the fake has no results');
    },
    async tell(serviceId, message, { actor }) {
      if (fake.tooLate) throw new PgrowError('refused', fake.tooLate);
      fake.signals.push(`${serviceId} ${message}`);
      fake.senders.push(actor ?? 'unknown');
      return { takes_effect: 'now' };
    },
    isTakenUp: async () => fake.worker,
    async withdraw(serviceId) {
      const run = runs.get(serviceId)!;
      runs.set(serviceId, { ...run, running: false, withdrawn: true });
    },
    workerSeenAgo: async () => 12,
    isWindowServed: async () => true,
    serveWindow: async () => undefined,
    async confirmWindow(window) {
      if (fake.tooLate) throw new PgrowError('refused', fake.tooLate);
      fake.signals.push(`${window.database}/checkpoint confirm`);
      fake.windows.push(window);
      return { takes_effect: fake.worker ? 'now' : 'when_a_worker_runs' };
    },
    async rollBack(window, _about, request) {
      if (fake.tooLate) throw new PgrowError('refused', fake.tooLate);
      fake.signals.push(`${window.database}/checkpoint rollback`);
      fake.windows.push(window);
      await fake.onRollback(window.database, request);
      return { takes_effect: fake.worker ? 'now' : 'when_a_worker_runs' };
    },
    async verifySnapshot({ snapshot }) {
      fake.verified.push(snapshot);
      return fake.verification;
    },
    async deliver(delivery) {
      fake.deliveries.push(delivery);
    },
    hasDeliveryEnded: async () => false,
    progress: async () => null,
    describe: async (serviceId) => runs.get(serviceId) ?? null,
    howEnded: async (serviceId) => (runs.get(serviceId)?.withdrawn ? 'terminated' : fake.ended),
    undoAbandoned: async () => undefined,
    ping: async () => undefined,
    holdQueue: async () => undefined,
    registerSearchAttributes: async () => undefined,
    ensureNexusEndpoint: async () => undefined,
    close: async () => undefined,
  };
  return fake;
};

const openedOf = (operation_id: string, { steps, warnings, cost_after, estimated_duration_minutes }: Plan): Opened => ({
  operation_id,
  steps: steps.map(({ name }) => name),
  warnings,
  estimated_duration_minutes,
  estimated_monthly_cost: cost_after.monthly_usd,
});
