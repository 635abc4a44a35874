import { acceptedOperation, waitsForPlan, waitsForWorker, type Acceptance } from '../domain/accepted-operation.ts';
import { PgrowError } from '../domain/errors.ts';
import type { OperationDocument } from '../domain/operation.ts';
import type { AcceptedRequest } from '../store/audit.ts';
import type { ApiDependencies } from './dependencies.ts';

type AcceptedDependencies = Pick<ApiDependencies, 'store' | 'client'>;

/** What was asked for and accepted, of which the record knows nothing: no worker has taken it up, or it was refused then. */
export const readAccepted = async (
  { store, client }: AcceptedDependencies,
  request: AcceptedRequest,
): Promise<OperationDocument | null> => {
  const { operation_id: id, service_id, actor, database, type } = request;
  if (await store.readOperationStatus(id)) return null;
  const run = await client.describe(service_id);
  if (!run || run.operation_id !== id) return null;
  const { workflow_id, run_id, since } = run;
  const accepted: Acceptance = { id, workflow_id, run_id, type, database, service_id, actor, since };
  if (run.running) {
    const isTakenUp = await client.isTakenUp(service_id, run_id);
    const waiting_for = isTakenUp ? waitsForPlan : waitsForWorker(await client.workerSeenAgo());
    // A worker may have recorded it in the meantime.
    return (await store.readOperation(id)) ?? acceptedOperation(accepted, { waiting_for });
  }
  const aborted = (await client.howEnded(service_id, run_id)) === 'terminated';
  const error = aborted ? withdrawn : await client.result(service_id, run_id).then(() => null, refusalOf);
  return (
    (await store.readOperation(id)) ??
    acceptedOperation(accepted, { status: aborted ? 'aborted' : 'failed', error: { ...(error ?? silent), ...nowhere } })
  );
};

/** That of a database, while Temporal answers: what is on record can be shown without it. */
export const readAcceptedOf = async (
  dependencies: AcceptedDependencies,
  project: string,
  /** Its name or its id. */
  database: string,
): Promise<OperationDocument | null> => {
  const request = await dependencies.store.findAcceptedRequest(project, { database });
  return request && readAccepted(dependencies, request).catch(unlessAway);
};

const unlessAway = (error: unknown): null => {
  if (error instanceof PgrowError && error.code === 'temporal_unavailable') return null;
  throw error;
};

const refusalOf = (error: unknown) => {
  if (error instanceof PgrowError) return { code: error.code, message: error.message };
  throw error;
};

const nowhere = { step: null, left_over: [] } as const;
const withdrawn = { code: 'aborted', message: 'It was aborted before a worker started it. Nothing was changed.' };
const silent = { code: 'internal', message: 'Its workflow has ended without a record.' };
