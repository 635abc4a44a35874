import { faultOf, isMissing } from '../faults.ts';
import { furthestOf, lossOf, type Holdings } from '../holdings.ts';
import { frontConfig, poolerConfig } from '../routes.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { requireConfirmation } from './grow-replicas.ts';
import { inParallel, step, type PlanItem } from './plan-builder.ts';
import { rebuildReplica } from './rebuild-replica.ts';
import { readmit } from './reroute.ts';
import type { Repaired, ServersPart } from './repaired.ts';
import { following, keepSlot, withPrimary } from './switchover.ts';

/**
 * Plain PostgreSQL whose primary is gone with its data: the replica that holds most takes over, the others follow it, and
 * what was the primary is built again as a replica. Null if no replica says what it holds.
 */
export const replacePrimary = (repaired: Repaired, primary: Node, lost: readonly Node[]): ServersPart | null => {
  const { database, holdings, faults } = repaired;
  const { topology: from } = database;
  const candidate = holdings && furthestOf(holdings.heard);
  if (!candidate) return null;
  const to = withPrimary(from, candidate.name);
  const successor = nodeNamed(to, candidate.name);
  const others = heardOf(to, holdings).filter((node) => node !== successor);
  const rebuilt = [primary, ...lost.filter((node) => node !== primary)].map(({ name }) => nodeNamed(to, name));
  const replicas = [...others, ...rebuilt];
  return {
    topology: to,
    outline: [
      ...others.map((node) => keepSlot(successor, node)),
      step(
        'leader',
        `let ${successor.name} take over`,
        {
          action: 'takeOver',
          input: {
            from: primary,
            to: successor,
            promotion: 'standby',
            members: [],
            poolers: thereOf(repaired, 'pgbouncer'),
            routers: thereOf(repaired, 'haproxy'),
          },
        },
        [],
        { point_of_no_return: true },
      ),
      inParallel(...others.map((node) => [follow(node, successor)])),
      ...(nodesOf(from, 'haproxy').length === 0 ? pointStraight(repaired, to) : []),
      inParallel(
        ...rebuilt.map((node) => [
          rebuildReplica({ topology: to, node, leader: successor.name, fault: faultOf(faults, node) }),
        ]),
      ),
      ...readmit(thereOf(repaired, 'haproxy'), primary),
      ...(from.replicas?.replication_mode === 'sync'
        ? [
            requireConfirmation(
              successor,
              nodesOf(to, 'postgres').flatMap(({ name }) => (name === successor.name ? [] : [name])),
            ),
          ]
        : []),
      step('replicas', 'wait until the primary is replicated', {
        action: 'waitUntilReplicated',
        input: { primary: successor, replicas },
      }),
    ],
    warnings: holdings.unheard.map(
      (name) =>
        `${name} does not answer and still follows the old primary. Rebuild it: ./pgrow reinit ${database.name} ${name}`,
    ),
    leader: successor.name,
    losses: lossOf(candidate, holdings, primary.name),
  };
};

const heardOf = (topology: Topology, { heard }: Holdings): readonly Node[] =>
  nodesOf(topology, 'postgres').filter((node) => heard.some(({ name }) => name === node.name));

/** Those that are there already: what is rebuilt later finds everything as it has become. */
const thereOf = ({ database, faults }: Repaired, kind: 'pgbouncer' | 'haproxy'): readonly Node[] =>
  nodesOf(database.topology, kind).filter((node) => !isMissing(faults, node));

const follow = (node: Node, successor: Node): PlanItem =>
  step('replicas', `let ${node.name} follow ${successor.name}`, {
    action: 'configureNode',
    input: { node, config: following(successor.name, node) },
  });

/** Without HAProxy the pooler and the front know the primary by its name. */
const pointStraight = (repaired: Repaired, to: Topology): readonly PlanItem[] => [
  ...thereOf(repaired, 'pgbouncer').map((node) =>
    step('routing', `point ${node.name} at the new primary`, {
      action: 'configureNode',
      input: { node, config: poolerConfig(to, to.pooling!) },
    }),
  ),
  ...nodesOf(to, 'front')
    .filter((node) => !isMissing(repaired.faults, node))
    .map((node) =>
      step('routing', 'point the permanent addresses at the new primary', {
        action: 'configureNode',
        input: { node, config: frontConfig(to) },
      }),
    ),
];
