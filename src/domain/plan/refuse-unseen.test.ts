import { expect, test } from 'vitest';
import { expansions, reductions, rollbacks } from '../../../test/support/fake-world/operations-under-test.ts';
import { refuseUnseen } from './refuse-unseen.ts';

const keptOut = (name: string) => [{ name, detail: 'password authentication failed (28P01)' }];

// A rollback took all members out of Patroni before it found out that it could read none of them.
test.each([
  ['the rollback of ha, from its leader', rollbacks.ha, 'postgres-3'],
  ['the rollback of ha, to the old primary', rollbacks.ha, 'postgres-1'],
  ['an expansion to ha', expansions.ha, 'postgres-1'],
  ['an expansion to replicas', expansions.replicas, 'postgres-1'],
  ['the way down from ha', reductions.haToReplicas, 'postgres-2'],
])('%s is refused while that server keeps pgrow out', (_, { plan, leader }, name) => {
  expect(() => refuseUnseen(plan, 'shop', leader ?? name, keptOut(name))).toThrow(
    new RegExp(
      `the state of ${name} cannot be read \\(password authentication failed \\(28P01\\)\\).*Nothing was touched`,
    ),
  );
});

test.each([
  ['a third member', rollbacks.ha, 'postgres-4'],
  ['the primary of a database that only gets a pooler', expansions.pooling, 'postgres-1'],
])('%s may keep it out', (_, { plan, leader }, name) => {
  expect(() => refuseUnseen(plan, 'shop', leader!, keptOut(name))).not.toThrow();
});
