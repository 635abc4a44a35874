// @vitest-environment node
import { expect, test } from 'vitest';
import { askedToConfirm, cliText } from '../../../test/support/plan-words.ts';
import type { Plan } from '../data/types.ts';
import plans from '../test/recorded/plans.json';
import { differencesOf } from './plan-differences.ts';
import { asksToConfirm, endpointTitles, planTitle, stallText, toTick, undoText } from './plan-text.ts';

const recorded = Object.values(plans).map(({ operation }) => operation as unknown as Plan);
const [growth, down, destroy] = recorded as [Plan, Plan, Plan];

test.each(recorded)('says of $type what the command line says', (plan) => {
  const text = cliText(plan);
  for (const { name, says } of plan.endpoints) expect(text).toMatch(new RegExp(`${endpointTitles[name]} +${says}`));
  expect(text).toContain(stallText(plan));
});

test.each(recorded)('asks to confirm $type where the API does', (plan) => {
  expect(asksToConfirm(plan)).toBe(askedToConfirm(plan) !== null);
  expect(toTick(plan)).toEqual(askedToConfirm(plan) ?? []);
});

test('says until when it can be undone', () => {
  const step = growth.steps.findIndex(({ name }) => name === growth.point_of_no_return) + 1;
  expect(undoText(growth)).toEqual({ until: `until step ${step}`, at: growth.point_of_no_return });
  expect(undoText({ ...growth, point_of_no_return: null }).until).toBe('until it ends');
  expect(undoText(destroy).until).toBe('never');
});

test('a title names what changes', () => {
  expect(planTitle(growth, {})).toBe('Expand catalog: replicas → high availability');
  expect(planTitle({ ...down, type: 'reinitialize', to_stage: 3 }, { node: 'postgres-3' })).toBe(
    'Rebuild postgres-3 of shop',
  );
});

test('two plans differ in what a person would have to read again', () => {
  const after = {
    ...growth,
    warnings: ['Another.'],
    cost_after: { monthly_usd: 90, items: [] },
    steps: growth.steps.slice(1),
  };
  expect(differencesOf(growth, growth)).toEqual([]);
  expect(differencesOf(growth, after).map(({ what, is }) => `${is} ${what}`)).toEqual([
    'changed Cost per month: $77 → $90',
    `gone step: ${growth.steps[0]!.name}`,
    'new warning: Another.',
    ...growth.warnings.map((warning) => `gone warning: ${warning}`),
  ]);
});
