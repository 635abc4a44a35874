import { invalidInput } from './input-problems.ts';
import type { Plan } from './plan.ts';

/** What has to be read and confirmed before a plan runs; null for nothing. */
export const toConfirm = ({ type, steps, warnings, losses = [] }: Confirmable): readonly string[] | null => {
  if (steps.length === 0) return null;
  // It takes something away in any case, or interrupts.
  if (type === 'scale_down' || type === 'stop') return warnings;
  return losses.length > 0 ? losses : null;
};

type Confirmable = Pick<Plan, 'type' | 'warnings' | 'losses'> & { readonly steps: readonly unknown[] };

/** @throws PgrowError `invalid_input` where that has not been done */
export const refuseUnconfirmed = (plan: Confirmable, confirmed: boolean): void => {
  const unread = toConfirm(plan);
  if (confirmed || unread === null) return;
  const read = unread.length === 0 ? '' : `, once this has been read: ${unread.join(' ')}`;
  throw invalidInput('The request', [{ path: 'confirm', value: false, allowed: `true${read}` }]);
};
