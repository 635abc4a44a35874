import type { Step } from '../plan.ts';
import type { Node, Pooling, Topology } from '../topology.ts';
import { nodeNamed, nodesOf } from '../topology.ts';
import { frontConfig, poolerConfig, routerConfig } from '../routes.ts';
import { inParallel, step, type PlanItem } from './plan-builder.ts';

/** The step lists by which a topology's routes become those of another, no client dropped. */

/** Points the pooler, then the front, at the routes of `to`. Open sessions stay where they are. */
export const reroute = (phase: string, from: Topology, to: Topology): readonly PlanItem[] => {
  const front = nodeNamed(to, 'front');
  return [
    ...nodesOf(to, 'pgbouncer').flatMap((pooler) =>
      to.pooling && from.pooling
        ? [
            step(
              phase,
              `point ${pooler.name} at the new route`,
              { action: 'configureNode', input: { node: pooler, config: poolerConfig(to, to.pooling) } },
              [{ action: 'configureNode', input: { node: pooler, config: poolerConfig(from, from.pooling) } }],
            ),
          ]
        : [],
    ),
    step(
      phase,
      'point the permanent addresses at the new route',
      { action: 'configureNode', input: { node: front, config: frontConfig(to) } },
      [{ action: 'configureNode', input: { node: front, config: frontConfig(from) } }],
    ),
  ];
};

/** Other options for every pooler, which leads where it did. `at`: the topology of that moment; `name` of each step. */
export const repool = (
  at: Topology,
  { before, after }: { readonly before: Pooling; readonly after: Pooling },
  name: (node: Node) => string,
): readonly Step[] =>
  nodesOf(at, 'pgbouncer').map((node) => {
    const configure = (options: Pooling) =>
      ({ action: 'configureNode', input: { node, config: poolerConfig(at, options) } }) as const;
    return step('pooling', name(node), configure(after), [configure(before)]);
  });

/** A hand-over took the old primary out of every HAProxy; as a replica it has to be checked again. */
export const readmit = (routers: readonly Node[], { name }: Node): readonly PlanItem[] =>
  routers.length === 0
    ? []
    : [
        step('routing', `let HAProxy check ${name} again`, {
          action: 'readmitServer',
          input: { routers, server: name },
        }),
      ];

/** New routers that know the servers of `topology`, in parallel. */
export const startRouters = (phase: string, routers: readonly Node[], topology: Topology): PlanItem =>
  inParallel(
    ...routers.map((node) => [
      step(phase, `start ${node.name}`, { action: 'ensureNode', input: { node, config: routerConfig(topology) } }, [
        { action: 'removeNode', input: { node } },
      ]),
    ]),
  );

/** Routers that run already learn the servers of `to`. */
export const teachRouters = (
  phase: string,
  routers: readonly Node[],
  from: Topology,
  to: Topology,
): readonly PlanItem[] =>
  routers.length === 0
    ? []
    : [
        inParallel(
          ...routers.map((node) => [
            step(
              phase,
              `give ${node.name} its servers`,
              { action: 'configureNode', input: { node, config: routerConfig(to) } },
              [{ action: 'configureNode', input: { node, config: routerConfig(from) } }],
            ),
          ]),
        ),
      ];
