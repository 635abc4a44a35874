import type { CutOver } from '../domain/step-actions.ts';
import { abandonedOf, standstillOf, type AbandonedOperation } from '../domain/abandoned-operation.ts';
import { operationInputs } from '../domain/inputs.ts';
import { requestOf, isSameRequest } from '../domain/resumption.ts';
import type { Planning, PlanRequest } from './planning.ts';

/** What the operation before has left undone: it is undone before a plan is made. */
export interface LeftBehind {
  readonly abandoned: AbandonedOperation;
  /** The hand-over in the middle of which an operator was left with it; null where its workflow was ended from outside. */
  readonly handOver: CutOver | null;
}

type Records = Pick<Planning['store'], 'readLastOperation' | 'readPlan'>;

/**
 * Null as well where the input is invalid, which planning reports, where the same is asked for again, which goes on with
 * what was left, and before a destroy, which removes everything.
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

/** Temporal runs one operation at a time: one that still counts as running when nothing runs was ended from outside. */
export const readAbandoned = async (store: Records, serviceId: string): Promise<AbandonedOperation | null> => {
  const { last, plan } = await readLast(store, serviceId, null);
  return abandonedOf(last, plan);
};

/** The operation that began last, besides the one that is planned. */
export const readLast = async (store: Records, serviceId: string, besides: string | null) => {
  const last = await store.readLastOperation(serviceId, besides);
  return { last, plan: last && (await store.readPlan(last.id)) };
};
