import { describe, expect, test } from 'vitest';
import { haTopology, replicaTopology, sampleDatabase } from '../../../test/support/sample-database.ts';
import { costOf } from '../cost.ts';
import { priced } from './priced.ts';
import { planDestroy } from './destroy.ts';

const shop = sampleDatabase('shop');

describe.each([
  ['single', shop],
  ['replicas', { ...shop, topology: replicaTopology(shop) }],
  ['ha, with what is kept for a rollback', { ...shop, topology: haTopology(shop) }],
])('destroying a database at %s', (_, database) => {
  const plan = planDestroy(database);
  const names = [...database.topology.nodes, ...database.topology.kept].map(({ name }) => name);

  test('removes every node in parallel, then whatever carries the label', () => {
    const last = plan.steps.length - 1;
    expect(plan.steps.slice(0, last).flatMap(({ run }) => ('node' in run.input ? [run.input.node.name] : []))).toEqual(
      names,
    );
    expect(plan.steps[last]?.run).toEqual({ action: 'removeEverything', input: {} });
    expect(plan.order).toEqual([{ lanes: names.map((_name, step) => [{ step }]) }, { step: last }]);
    expect(plan).toMatchObject({ nodes_removed: names, nodes_added: [], to: null });
  });

  test('cannot be undone from its first step on, and says so', () => {
    expect(plan.steps.flatMap(({ undo }) => undo)).toEqual([]);
    expect(plan.steps.findIndex((step) => step.point_of_no_return)).toBe(0);
    expect(plan.point_of_no_return).toBe(plan.steps[0]?.name);
    expect(plan.warnings).toEqual(['All data of this database is removed, snapshots included.']);
  });

  test('costs nothing afterwards', () => {
    const { cost_before, cost_after } = priced(plan);
    expect([cost_before, cost_after]).toEqual([costOf(database.topology), { monthly_usd: 0, items: [] }]);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});
