import { frontConfig } from '../routes.ts';
import { nodeNamed, nodesOf, type Topology } from '../topology.ts';
import type { PlanPart } from './plan-part.ts';
import { inParallel, step } from './plan-builder.ts';

/** No PgBouncer any more: applications get time to move to the direct addresses, then their pooled ones lead there too. */
export const shrinkPooling = ({ topology, gracePeriodSeconds }: Input): PlanPart => {
  const poolers = nodesOf(topology, 'pgbouncer');
  const to: Topology = {
    ...topology,
    stage: topology.stage === 1 ? 0 : topology.stage,
    nodes: topology.nodes.filter((node) => node.kind !== 'pgbouncer'),
    pooling: null,
  };
  const front = nodeNamed(topology, 'front');
  return {
    topology: to,
    outline: [
      ...(gracePeriodSeconds > 0
        ? [
            step('pooling', 'give applications time to move to the direct address', {
              action: 'gracePeriod',
              input: { seconds: gracePeriodSeconds },
            }),
          ]
        : []),
      step(
        'pooling',
        'lead the pooled addresses straight to the database',
        { action: 'configureNode', input: { node: front, config: frontConfig(to) } },
        [{ action: 'configureNode', input: { node: front, config: frontConfig(topology) } }],
      ),
      inParallel(
        ...poolers.map((node) => [
          step('pooling', `remove ${node.name}`, { action: 'removeNode', input: { node } }, [], {
            point_of_no_return: true,
          }),
        ]),
      ),
    ],
    on_close: [],
    expected_stall_ms: 0,
    estimated_duration_minutes: Math.ceil(gracePeriodSeconds / 60) || 1,
    warnings: [
      'Removing connection pooling may cause connection issues if your application opens many database connections.',
    ],
    snapshot: null,
  };
};

interface Input {
  readonly topology: Topology;
  /** Seconds; 0 for none. */
  readonly gracePeriodSeconds: number;
}
