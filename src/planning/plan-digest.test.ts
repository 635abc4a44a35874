import { expect, test } from 'vitest';
import { planned, starts } from '../../test/support/grown-databases.ts';
import { planDigest, refuseOtherPlan } from './plan-digest.ts';

const ids = {
  operation_id: '11111111-1111-4111-8111-111111111111',
  service_id: '22222222-2222-4222-8222-222222222222',
};
const [, { database }] = starts[0]!;
const plan = planned(database, { target: 'replicas' });

test('the plan that is shown and the one that is run have the same digest, although each has an id of its own', () => {
  const named = (operation: string) => ({ ...plan, snapshot: { id: `snap-${operation.slice(0, 8)}`, volume: 'v' } });
  const other = { ...ids, operation_id: '33333333-3333-4333-8333-333333333333' };
  expect(planDigest(named(ids.operation_id), ids)).toBe(planDigest(named(other.operation_id), other));
});

test('nor do figures in its sentences change it', () => {
  const at = (position: string, bytes: number) => ({
    ...plan,
    losses: [`postgres-2 was at ${position} when last seen: the last ${bytes} bytes of WAL are lost.`],
  });
  expect(planDigest(at('0/5000060', 12), ids)).toBe(planDigest(at('1/A5000060', 1_048_576), ids));
});

// Which server may hold more was confirmed of one, and the plan ran with another.
test('names in its sentences do change it', () => {
  const silent = (name: string) => ({
    ...plan,
    losses: [`${name} exists but does not answer. It may hold more writes.`],
  });
  expect(planDigest(silent('postgres-2'), ids)).not.toBe(planDigest(silent('postgres-3'), ids));
});

test('whatever it does otherwise changes it', () => {
  const digests = [
    plan,
    { ...plan, steps: plan.steps.slice(1) },
    { ...plan, losses: ['Everything.'] },
    { ...plan, expected_stall_ms: plan.expected_stall_ms + 1 },
    planned(database, { target: 'ha' }),
  ].map((each) => planDigest(each, ids));
  expect(new Set(digests).size).toBe(digests.length);
});

test('only the plan that was agreed to runs', () => {
  const agreed = planDigest(plan, ids);
  expect(() => refuseOtherPlan(plan, ids, agreed)).not.toThrow();
  expect(() => refuseOtherPlan(plan, ids, undefined)).not.toThrow();
  expect(() => refuseOtherPlan({ ...plan, steps: [] }, ids, agreed)).toThrow('no longer the one that was agreed to');
});
