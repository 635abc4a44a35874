import type { Database } from '../database.ts';
import type { Facts } from '../facts.ts';
import type { UnpricedPlan } from '../plan.ts';

export interface RollbackPlanInput {
  readonly database: Database;
  /** What the operation that is rolled back has done. */
  readonly done: Pick<UnpricedPlan, 'type' | 'from' | 'to'> & Partial<Pick<UnpricedPlan, 'changes'>>;
  readonly operation_id: string;
  /** Who leads at stage 3, as Patroni has it; the primary below. */
  readonly leader: string;
  /** Whether at stage 3 no server takes writes, so that there is nothing to hand over. Default false. */
  readonly leaderless?: boolean;
  /** What the server holds; null if it could not be asked. Default null. */
  readonly facts?: Facts | null;
}
