import type { CutOver } from '../domain/step-actions.ts';
import { abandonedOf, standstillOf, type AbandonedOperation } from '../domain/abandoned-operation.ts';
import { operationInputs } from '../domain/inputs.ts';
import { requestOf, isSameRequest } from '../domain/resumption.ts';
import type { Planning, PlanRequest } from './planning.ts';

/** What the previous operation has left behind: it is undone before a plan is made. */
export interface LeftBehind {
  readonly abandoned: AbandonedOperation;
  /** The hand-over that failed and left the operation to an operator; null if its workflow was terminated. */
  readonly handOver: CutOver | null;
}

type Records = Pick<Planning['store'], 'readLastOperation' | 'readPlan'>;

/**
 * Also null if the input is invalid, which planning reports; if the request is repeated, which resumes what was left; and
 * before a destroy, which removes everything.
 */
export const findLeftBehind = async (
  { store, nodes }: Pick<Planning, 'store' | 'nodes'>,
  { workflow, input, operation }: PlanRequest,
): Promise<LeftBehind | null> => {
  const parsed = operationInputs[workflow].safeParse(input);
  if (!parsed.success || workflow === 'destroyDatabase') return null;
  const { service_id } = parsed.data;
  const { last, plan } = await readLast(store, service_id, operation);
  const abandoned = abandonedOf(last, plan);
  if (abandoned) return { abandoned, handOver: null };
  const standstill = standstillOf(last, plan);
  if (!standstill || isSameRequest(requestOf(workflow, parsed.data), standstill.abandoned.plan)) return null;
  const { abandoned: stopped, handOver } = standstill;
  return (await nodes.hasStayed(service_id, handOver)) ? { abandoned: stopped, handOver } : null;
};

/** Temporal runs one operation at a time: if none runs, one that is recorded as running was terminated. */
export const readAbandoned = async (store: Records, serviceId: string): Promise<AbandonedOperation | null> => {
  const { last, plan } = await readLast(store, serviceId, null);
  return abandonedOf(last, plan);
};

/** The latest operation, apart from the one that is being planned. */
export const readLast = async (store: Records, serviceId: string, besides: string | null) => {
  const last = await store.readLastOperation(serviceId, besides);
  return { last, plan: last && (await store.readPlan(last.id)) };
};
