import { planText, type PlanView } from '../../src/cli/plan-text.ts';
import { toConfirm } from '../../src/domain/confirmation.ts';

/** What `./pgrow plan` prints. */
export const cliText = (plan: PlanView): string => planText(plan).join('\n');

/** What the API wants confirmed before it runs the plan; null for nothing. */
export const askedToConfirm = (plan: PlanView): readonly string[] | null => toConfirm(plan);
