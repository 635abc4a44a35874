import { priced } from './priced.ts';
import { expect, test } from 'vitest';
import { afterRun, afterUndo, emptyWorld } from '../../../test/support/planned-world.ts';
import { sampleDatabase } from '../../../test/support/sample-database.ts';
import { frontConfig } from '../routes.ts';
import { planCreate } from './create.ts';

const plan = priced(planCreate(sampleDatabase('shop')));

test('a database begins with one PostgreSQL behind its front', () => {
  const world = afterRun(emptyWorld, plan);
  expect(plan).toMatchObject({ type: 'create', from: null, nodes_added: ['front', 'postgres-1'], nodes_removed: [] });
  expect(world.networks).toHaveLength(1);
  expect(world.nodes).toEqual({
    front: frontConfig(plan.to!),
    'postgres-1': { kind: 'postgres', mode: 'primary', synchronous_standbys: [] },
  });
  expect(plan.cost_after.monthly_usd).toBe(15);
});

test('wherever it fails, nothing is left', () => {
  for (let begun = 0; begun <= plan.steps.length; begun += 1) {
    expect([begun, afterUndo(afterRun(emptyWorld, plan, begun), plan, begun)]).toEqual([begun, emptyWorld]);
  }
  expect(plan.point_of_no_return).toBeNull();
  expect(plan.steps.some((step) => step.point_of_no_return)).toBe(false);
});

test('the network comes first, roles after their server, the record last', () => {
  expect(plan.order).toEqual([
    { step: 0 },
    { lanes: [[{ step: 1 }, { step: 2 }], [{ step: 3 }]] },
    { step: 4 },
    { step: 5 },
  ]);
  expect(plan.steps.map(({ run }) => run.action)).toEqual([
    'ensureNetwork',
    'ensureNode',
    'ensureRoles',
    'ensureNode',
    'verifyRoutes',
    'recordTopology',
  ]);
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
});
