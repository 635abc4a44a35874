import { costOf } from '../cost.ts';
import type { UnpricedPlan } from '../plan.ts';
import { usualPrices, type Prices } from '../prices.ts';

/** What the database costs before the operation and after it. */
export const priced = <P extends UnpricedPlan>(plan: P, prices: Prices = usualPrices) => ({
  ...plan,
  cost_before: costOf(plan.from, prices),
  cost_after: costOf(plan.to, prices),
});
