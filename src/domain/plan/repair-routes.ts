import { configuredRouters, frontConfig, poolerConfig, routerConfig } from '../routes.ts';
import { nodesOf, type Node, type Topology } from '../topology.ts';
import { inParallel, step, type PlanItem } from './plan-builder.ts';
import { chosenOf, makeAgain, present, type Repaired, type RepairPart } from './repaired.ts';

/** HAProxy, PgBouncer and the front. `leader`: who takes writes by then; null if that is not known yet. */
export const repairRoutes = (repaired: Repaired, leader: string | null): RepairPart => {
  const { topology, name } = repaired.database;
  const { chosen, faults } = repaired;
  const routers = chosenOf(repaired, 'haproxy');
  const poolers = chosenOf(repaired, 'pgbouncer');
  const [front] = chosenOf(repaired, 'front');
  const there = present(repaired);
  // A node that is rebuilt has another address. HAProxy resolves names all the time, PgBouncer only on request.
  const moved = [...routers, ...chosenOf(repaired, 'postgres')].length > 0;
  const stale = moved ? nodesOf(there, 'pgbouncer').filter((node) => !chosen.includes(node)) : [];
  return {
    outline: [
      inParallel(...routers.map((node) => makeAgain('routing', node, routerConfig(topology), faults))),
      ...(moved && leader !== null ? seen(there, leader) : []),
      ...stale.map((node) => pointAgain(node, topology)),
      ...poolers.flatMap((node) => {
        const config = poolerConfig(topology, topology.pooling!);
        return [
          ...makeAgain('routing', node, config, faults),
          step('routing', `log in and query through ${node.name}`, { action: 'verifyPooler', input: { node, config } }),
        ];
      }),
      ...(front ? makeAgain('routing', front, frontConfig(topology), faults) : []),
    ],
    warnings: front ? [`Until front is back, clients cannot reach ${name} through its permanent addresses.`] : [],
  };
};

const seen = (topology: Topology, leader: string): readonly PlanItem[] => {
  const routers = nodesOf(topology, 'haproxy');
  const replicas = nodesOf(topology, 'postgres').flatMap(({ name }) => (name === leader ? [] : [name]));
  return routers.length === 0
    ? []
    : [
        step('routing', 'wait until every HAProxy sees every node', {
          action: 'waitUntilRouting',
          input: { routers: configuredRouters(routers, topology), primary: leader, replicas },
        }),
      ];
};

const pointAgain = (node: Node, topology: Topology): PlanItem =>
  step('routing', `give ${node.name} the new addresses`, {
    action: 'configureNode',
    input: { node, config: poolerConfig(topology, topology.pooling!) },
  });
