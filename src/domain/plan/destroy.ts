import type { Database } from '../database.ts';
import type { UnpricedPlan } from '../plan.ts';
import { flatten, inParallel, step } from './plan-builder.ts';

/** Everything of a database, found by what the metadata knows and then by label. Nothing of it can be undone. */
export const planDestroy = (database: Database): UnpricedPlan => {
  const { topology } = database;
  const nodes = [...topology.nodes, ...topology.kept];
  const outline = flatten([
    inParallel(
      ...nodes.map((node, index) => [
        step(
          'destroy',
          `remove ${node.name}`,
          { action: 'removeNode', input: { node } },
          [],
          index === 0 ? { point_of_no_return: true } : {},
        ),
      ]),
    ),
    step('destroy', 'remove whatever else carries its label', { action: 'removeEverything', input: {} }),
  ]);
  return {
    type: 'destroy',
    from: topology,
    to: null,
    ...outline,
    on_close: [],
    expected_stall_ms: 0,
    point_of_no_return: outline.steps.find((candidate) => candidate.point_of_no_return)?.name ?? null,
    warnings: ['All data of this database is removed, snapshots included.'],
    nodes_added: [],
    nodes_removed: nodes.map((node) => node.name),
    estimated_duration_minutes: 1,
    snapshot: null,
  };
};
