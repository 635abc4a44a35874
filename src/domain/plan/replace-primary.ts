import type { Database } from '../database.ts';
import { faultOf, isMissing, type NodeFault } from '../faults.ts';
import type { Holdings } from '../holdings.ts';
import { frontConfig, poolerConfig } from '../routes.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { requireConfirmation } from './grow-replicas.ts';
import { inParallel, step, type PlanItem } from './plan-builder.ts';
import { rebuildReplica } from './rebuild-replica.ts';
import { readmit } from './reroute.ts';
import { following, keepSlot, withPrimary } from './move-primary.ts';

interface Replacement {
  readonly database: Database;
  readonly faults: readonly NodeFault[];
  /** Of the servers besides the primary. */
  readonly holdings: Pick<Holdings, 'heard' | 'unheard'>;
  /** Takes writes no longer, at the latest once the successor has taken over. */
  readonly primary: Node;
  /** Name of the replica that takes over. */
  readonly successor: string;
  /** Replicas that are rebuilt as well. */
  readonly lost: readonly Node[];
  /** How the successor comes to take writes. */
  readonly takeOver: (successor: Node) => readonly PlanItem[];
}

/**
 * Plain PostgreSQL whose primary is gone: a replica takes over, the others follow it, and what was the primary is built
 * again as a replica.
 */
export const replacePrimary = (replacement: Replacement): PlanPieces => {
  const { database, holdings, faults, primary, lost, takeOver } = replacement;
  const { topology: from } = database;
  const to = withPrimary(from, replacement.successor);
  const successor = nodeNamed(to, replacement.successor);
  const others = heardOf(to, holdings).filter((node) => node !== successor);
  const rebuilt = [primary, ...lost.filter((node) => node !== primary)].map(({ name }) => nodeNamed(to, name));
  const replicas = [...others, ...rebuilt];
  return {
    topology: to,
    outline: [
      ...others.map((node) => keepSlot('switchover', successor, node)),
      ...takeOver(successor),
      inParallel(...others.map((node) => [follow(node, successor)])),
      ...(nodesOf(from, 'haproxy').length === 0 ? pointStraight(replacement, to) : []),
      inParallel(
        ...rebuilt.map((node) => [
          rebuildReplica({ topology: to, node, leader: successor.name, fault: faultOf(faults, node) }),
        ]),
      ),
      ...readmit(presentOf(replacement, 'haproxy'), primary),
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
  };
};

interface PlanPieces {
  readonly topology: Topology;
  readonly outline: readonly PlanItem[];
  readonly warnings: readonly string[];
}

const heardOf = (topology: Topology, { heard }: Pick<Holdings, 'heard'>): readonly Node[] =>
  nodesOf(topology, 'postgres').filter((node) => heard.some(({ name }) => name === node.name));

/** Those that are there already: what is rebuilt later finds everything as it has become. */
export const presentOf = (
  { database, faults }: Pick<Replacement, 'database' | 'faults'>,
  kind: 'pgbouncer' | 'haproxy',
): readonly Node[] => nodesOf(database.topology, kind).filter((node) => !isMissing(faults, node));

const follow = (node: Node, successor: Node): PlanItem =>
  step('replicas', `let ${node.name} follow ${successor.name}`, {
    action: 'configureNode',
    input: { node, config: following(successor.name, node), can_do_without: true },
  });

/** Without HAProxy the pooler and the front know the primary by its name. */
const pointStraight = (replacement: Replacement, to: Topology): readonly PlanItem[] => [
  ...presentOf(replacement, 'pgbouncer').map((node) =>
    step('routing', `point ${node.name} at the new primary`, {
      action: 'configureNode',
      input: { node, config: poolerConfig(to, to.pooling!) },
    }),
  ),
  ...nodesOf(to, 'front')
    .filter((node) => !isMissing(replacement.faults, node))
    .map((node) =>
      step('routing', 'point the permanent addresses at the new primary', {
        action: 'configureNode',
        input: { node, config: frontConfig(to) },
      }),
    ),
];
