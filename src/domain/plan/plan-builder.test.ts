import { expect, test } from 'vitest';
import type { ActionCall } from '../step-actions.ts';
import { flatten, retriedFromScratch, inParallel, step } from './plan-builder.ts';

const run: ActionCall = { action: 'ensureNetwork', input: {} };
const named = (name: string) => step('phase', name, run);

test.each([
  ['nothing', [], [], []],
  ['one after the other', [named('a'), named('b')], ['a', 'b'], [{ step: 0 }, { step: 1 }]],
  [
    'side by side, read lane by lane',
    [named('a'), inParallel([named('b'), named('c')], [named('d')]), named('e')],
    ['a', 'b', 'c', 'd', 'e'],
    [{ step: 0 }, { lanes: [[{ step: 1 }, { step: 2 }], [{ step: 3 }]] }, { step: 4 }],
  ],
  [
    'tried again as one',
    [retriedFromScratch(3, [inParallel([named('a')], [named('b')]), named('c')])],
    ['a', 'b', 'c'],
    [{ attempts: 3, blocks: [{ lanes: [[{ step: 0 }], [{ step: 1 }]] }, { step: 2 }] }],
  ],
  ['no lanes', [inParallel(), named('a')], ['a'], [{ lanes: [] }, { step: 0 }]],
])('an outline becomes steps and their order: %s', (_, outline, names, order) => {
  const plan = flatten(outline);
  expect(plan.steps.map(({ name }) => name)).toEqual(names);
  expect(plan.order).toEqual(order);
});

test('a step carries its marks, and none it was not given', () => {
  expect(step('p', 'n', run)).toEqual({ phase: 'p', name: 'n', run, undo: [] });
  expect(step('p', 'n', run, [run], { point_of_no_return: true })).toEqual({
    phase: 'p',
    name: 'n',
    run,
    undo: [run],
    point_of_no_return: true,
  });
});
