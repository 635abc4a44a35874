import { invalidInput } from '../input-problems.ts';
import type { Plan } from '../plan.ts';

/** @throws PgrowError `invalid_input` when the plan loses something for good and nobody has confirmed that */
export const refuseUnconfirmed = ({ losses = [] }: Pick<Plan, 'losses'>, confirmed: boolean): void => {
  if (losses.length === 0 || confirmed) return;
  throw invalidInput('The request', [
    { path: 'confirm', value: false, allowed: `true, once this has been read: ${losses.join(' ')}` },
  ]);
};
