import { randomUUID } from 'node:crypto';
import type { PgrowClient } from '../../src/client/client.ts';
import { runningError, type OperationRun } from '../../src/client/operation-run.ts';
import { PgrowError } from '../../src/domain/errors.ts';
import { operationTypeOf } from '../../src/domain/inputs.ts';
import type { Verification } from '../../src/domain/snapshot.ts';
import { operationWorkflowId } from '../../src/domain/naming.ts';
import type { RollbackRequest } from '../../src/workflows/messages.ts';

export interface FakeClient extends PgrowClient {
  /** What was started, with its input, in order. */
  readonly started: { workflow: string; input: Record<string, unknown> }[];
  readonly signals: string[];
  /** Ids of the snapshots that were read through. */
  readonly verified: string[];
  /** What is found; null while it is still read. */
  verification: Verification | null;
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
  const runs = new Map<string, OperationRun & { failure?: PgrowError }>();
  const fake: FakeClient = {
    started: [],
    signals: [],
    verified: [],
    verification: { status: 'whole', found: [], duration_ms: 1 },
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
    async switchOver(input, about) {
      const running = runs.get(input.service_id);
      if (!running?.running) return fake.start('switchover', input, about);
      await fake.signal(input.service_id, 'switchover');
      return running;
    },
    async result(serviceId) {
      const failure = runs.get(serviceId)?.failure;
      throw failure ?? new PgrowError('internal', 'the fake has no results');
    },
    async signal(serviceId, signal) {
      fake.signals.push(`${serviceId} ${signal}`);
    },
    async checkpointSignal(serviceId, signal, request) {
      fake.signals.push(`${serviceId}/checkpoint ${signal}`);
      if (signal === 'rollback') await fake.onRollback(serviceId, request ?? {});
    },
    async verifySnapshot({ snapshot }) {
      fake.verified.push(snapshot);
      return fake.verification;
    },
    progress: async () => null,
    describe: async (serviceId) => runs.get(serviceId) ?? null,
    howEnded: async () => null,
    putBack: async () => undefined,
    ping: async () => undefined,
    registerSearchAttributes: async () => undefined,
    close: async () => undefined,
  };
  return fake;
};
