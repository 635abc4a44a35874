import { createHash } from 'node:crypto';
import { canonical } from '../domain/canonical.ts';
import { PgrowError } from '../domain/errors.ts';
import type { Plan } from '../domain/plan.ts';
import { withoutNumbers } from '../domain/wait-progress.ts';

export interface PlannedIds {
  readonly operation_id: string;
  readonly service_id: string;
}

/**
 * SHA-256, hexadecimal, of what a plan does: the same for the plan that is shown and the one that is run, as long as nothing
 * has changed in between. Names that come from the operation's id, or from the id of a database that is still to be created,
 * differ each time and do not count; nor do figures in sentences, such as bytes that a replica is behind.
 */
export const planDigest = (plan: Plan, { operation_id, service_id }: PlannedIds): string => {
  const { reason: _, estimated_duration_minutes: __, warnings, losses = [], ...rest } = plan;
  const sentences = [...warnings, ...losses].map((sentence) => withoutNumbers(sentence));
  const text = [operation_id, service_id].reduce(
    (known, id) => known.replaceAll(id, 'ID').replaceAll(id.slice(0, 8), 'ID'),
    canonical({ ...rest, sentences }),
  );
  return createHash('sha256').update(text).digest('hex');
};

/** @throws PgrowError `plan_changed` if another plan was agreed to */
export const refuseOtherPlan = (plan: Plan, ids: PlannedIds, agreed: string | undefined): void => {
  const present = planDigest(plan, ids);
  if (agreed === undefined || agreed === present) return;
  throw new PgrowError(
    'plan_changed',
    'The plan is no longer the one that was agreed to: the database has changed since. Ask for the plan again, and read it.',
    { problems: [{ path: 'plan_digest', value: agreed, allowed: present }] },
  );
};
