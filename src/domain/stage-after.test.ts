import { expect, test } from 'vitest';
import { stageAfter } from './stage-after.ts';

test.each([
  ['createDatabase', {}, null, 0],
  ['expand', { target: 'ha' }, 1, 3],
  ['expand', { target: 'pooling' }, 2, 2],
  ['scaleDown', { target: 'pooling' }, 3, 1],
  ['scaleDown', { target: 'unpooled' }, 1, 0],
  ['scaleDown', { target: 'unpooled' }, 3, 3],
  ['switchover', {}, 2, 2],
  ['destroyDatabase', {}, 2, null],
] as const)('%s %j at stage %s leads to stage %s', (workflow, input, present, after) => {
  expect(stageAfter(workflow, input, present)).toBe(after);
});
