import { moneyText } from '../format/numbers.ts';
import type { Plan } from '../data/types.ts';
import { endpointTitles, stallText } from './plan-text.ts';

/** What is otherwise in the plan that is shown now. */
export interface Difference {
  readonly what: string;
  readonly is: 'new' | 'gone' | 'changed';
}

/** Of two plans of one change; empty where they say the same. */
export const differencesOf = (before: Plan, after: Plan): readonly Difference[] => [
  ...changed('Cost per month', moneyText(before.cost_after.monthly_usd), moneyText(after.cost_after.monthly_usd)),
  ...changed('Writes wait', stallText(before), stallText(after)),
  ...changed('Point of no return', before.point_of_no_return ?? 'none', after.point_of_no_return ?? 'none'),
  ...lists('change', changesOf(before), changesOf(after)),
  ...lists('node added', before.nodes_added, after.nodes_added),
  ...lists('node removed', before.nodes_removed, after.nodes_removed),
  ...lists('clients', effects(before), effects(after)),
  ...lists('step', names(before), names(after)),
  ...lists('loss', before.losses, after.losses),
  ...lists('warning', warningsOf(before), warningsOf(after)),
];

const changesOf = ({ changes }: Plan): readonly string[] =>
  changes.map(({ subject, name, from, to }) => `${name ?? subject} ${from ?? 'none'} → ${to ?? 'none'}`);
/** Losses are among the warnings as well. */
const warningsOf = ({ warnings, losses }: Plan): readonly string[] => warnings.filter((each) => !losses.includes(each));
const names = ({ steps }: Plan): readonly string[] => steps.map(({ name }) => name);
const effects = ({ endpoints }: Plan): readonly string[] =>
  endpoints.map(({ name, says }) => `${endpointTitles[name]}: ${says}`);

const changed = (label: string, before: string, after: string): Difference[] =>
  before === after ? [] : [{ what: `${label}: ${before} → ${after}`, is: 'changed' }];

const lists = (label: string, before: readonly string[], after: readonly string[]): Difference[] => [
  ...after.filter((each) => !before.includes(each)).map((each) => ({ what: `${label}: ${each}`, is: 'new' as const })),
  ...before.filter((each) => !after.includes(each)).map((each) => ({ what: `${label}: ${each}`, is: 'gone' as const })),
];
