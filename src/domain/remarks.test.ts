import { expect, test } from 'vitest';
import { remarksOf } from './remarks.ts';

test('a node that several steps left aside is named once, with what was seen first', () => {
  const steps = [
    { status: 'done', detail: 'haproxy-2 was left aside: it exited.\netcd-1 was left aside: it does not answer.' },
    { status: 'done', detail: null },
    { status: 'done', detail: 'haproxy-2 was left aside: it does not run.' },
  ] as const;
  expect(remarksOf(steps)).toEqual([
    'haproxy-2 was left aside: it exited.',
    'etcd-1 was left aside: it does not answer.',
  ]);
});

test('what a step waits for, or failed with, is no remark', () => {
  expect(
    remarksOf([
      { status: 'running', detail: 'postgres-2 is starting' },
      { status: 'failed', detail: 'postgres-2 is starting' },
    ]),
  ).toEqual([]);
});
