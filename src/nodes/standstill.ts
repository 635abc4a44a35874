import { standstillOf, type CutOff } from '../domain/cut-off.ts';
import type { Asked } from '../domain/plan.ts';
import { isAskedAgain } from '../domain/resumption.ts';
import type { Dependencies } from './dependencies.ts';
import { hasStayed } from './has-stayed.ts';
import { openSession } from './session.ts';

type Needs = Pick<Dependencies, 'platform' | 'store' | 'components'>;

export interface Next {
  /** Service id. */
  readonly database: string;
  /** The operation that is to begin; null where it has no record. */
  readonly present: string | null;
  readonly asked: Asked;
}

/**
 * The operation before was left to an operator in the middle of its hand-over, and the old primary serves: what it is
 * recorded as past never came about, so it can be put back like one that was cut off. Null otherwise, and where the same
 * is asked for again, which goes on with it.
 */
export const readStandstill = async (dependencies: Needs, next: Next): Promise<CutOff | null> =>
  (await findStandstill(dependencies, next))?.cutOff ?? null;

/** The same, with what its hand-over went between. */
export const findStandstill = async (dependencies: Needs, { database, present, asked }: Next) => {
  const { store } = dependencies;
  const last = (await store.listOperations(database)).find(({ id }) => id !== present) ?? null;
  const found = standstillOf(last, last && (await store.readPlan(last.id)));
  if (!found || isAskedAgain(asked, found.cutOff.plan)) return null;
  const session = await openSession(dependencies, database);
  const way = { dependencies, session, input: found.handOver };
  return (await hasStayed(way)) ? { ...way, cutOff: found.cutOff } : null;
};
