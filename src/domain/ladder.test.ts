import { expect, test } from 'vitest';
import { poolingOptions } from './options.ts';
import { poolingSwitch, rungsOf } from './ladder.ts';

test('from every stage each other one is reached by a request of its own', () => {
  expect(rungsOf({ stage: 2 })).toEqual([
    { stage: 0, name: 'single', direction: 'down', request: { path: 'scale-down', body: { target: 'single' } } },
    { stage: 1, name: 'pooling', direction: 'down', request: { path: 'scale-down', body: { target: 'pooling' } } },
    { stage: 2, name: 'replicas', direction: 'present', request: null },
    { stage: 3, name: 'ha', direction: 'up', request: { path: 'ha', body: {} } },
  ]);
  expect(rungsOf({ stage: 0 }).map(({ request }) => request?.path)).toEqual([undefined, 'pooling', 'replicas', 'ha']);
});

test('pooling is turned on and off beside the ladder once there are replicas', () => {
  expect(poolingSwitch({ stage: 1, pooling: null })).toBeNull();
  expect(poolingSwitch({ stage: 2, pooling: null })).toEqual({ path: 'pooling', body: {} });
  expect(poolingSwitch({ stage: 3, pooling: poolingOptions.parse({}) })).toEqual({
    path: 'pooling',
    body: { enabled: false },
  });
});
