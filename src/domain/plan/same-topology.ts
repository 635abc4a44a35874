import type { Step, UnpricedPlan } from '../plan.ts';
import type { Topology } from '../topology.ts';
import { flatten } from './plan-builder.ts';

interface Steps extends Pick<UnpricedPlan, 'type'>, Partial<Omit<UnpricedPlan, 'type' | 'steps' | 'order'>> {
  /** One after the other. */
  readonly steps: readonly Step[];
}

/**
 * An operation that leaves nodes, routes and record as they are. It touches nothing that an open rollback window keeps, so the
 * window stays open.
 */
export const onSameTopology = (topology: Topology, { steps, ...rest }: Steps): UnpricedPlan => ({
  from: topology,
  to: topology,
  ...flatten(steps.map((step) => ({ ...step, spares_window: true }))),
  on_close: [],
  expected_stall_ms: 0,
  point_of_no_return: null,
  closes_window: null,
  warnings: [],
  nodes_added: [],
  nodes_removed: [],
  estimated_duration_minutes: 1,
  snapshot: null,
  ...rest,
});
