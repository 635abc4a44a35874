import { configuredRouters } from '../routes.ts';
import type { ActivityCall } from '../step-actions.ts';
import type { Database } from '../database.ts';
import { PgrowError } from '../errors.ts';
import { slotName } from '../naming.ts';
import { memberConfigOf } from '../member-config.ts';
import { newNode, nextOrdinals } from '../nodes.ts';
import { replicaCounts } from '../options.ts';
import type { UnpricedPlan } from '../plan.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { assemble } from './assemble.ts';
import { addReplica, cloneAttempts, replicaLagLimitBytes, requireConfirmation } from './grow-replicas.ts';
import { stretch, type PlanPart } from './plan-part.ts';
import { retriedFromScratch, inParallel, step, type PlanItem } from './plan-builder.ts';
import { reroute, teachRouters } from './reroute.ts';
import { removeReplicas } from './shrink-replicas.ts';

export interface SetReplicasPlanInput {
  readonly database: Database;
  readonly count: number;
  /** Who leads at stage 3, as Patroni has it; the primary below. */
  readonly leader: string;
  readonly closesWindowOf: string | null;
}

/** More or fewer replicas at the present stage. The primary is not touched. */
export const planSetReplicas = (input: SetReplicasPlanInput): UnpricedPlan => {
  const { database, count, leader } = input;
  const from: Topology = { ...database.topology, kept: [] };
  refuseUnfit(database, count);
  const primary = nodeNamed(from, leader);
  const present = nodesOf(from, 'postgres').filter((node) => node.name !== leader);
  const parts =
    count > present.length
      ? [more(database, from, primary, count - present.length)]
      : count < present.length
        ? [fewer(from, primary, present.slice(count))]
        : [];
  return assemble({
    type: 'set_replicas',
    from: database.topology,
    to: parts[0]?.topology ?? database.topology,
    parts,
    closesWindowOf: input.closesWindowOf,
  });
};

const refuseUnfit = ({ name, topology }: Database, count: number) => {
  if (topology.stage !== 2 && topology.stage !== 3) {
    throw new PgrowError('refused', `${name} has no replicas at stage ${topology.stage}. Expand it to replicas first.`);
  }
  const { least, most } = replicaCounts[topology.stage];
  if (count >= least && count <= most) return;
  throw new PgrowError(
    'invalid_input',
    `The number of replicas is ${count}, allowed at stage ${topology.stage}: ${least} to ${most}.`,
    {
      problems: [{ path: 'count', value: count, allowed: `${least} to ${most}` }],
    },
  );
};

const more = (database: Database, from: Topology, primary: Node, count: number): PlanPart => {
  const added = nextOrdinals(from, 'postgres', count).map((ordinal): Node => {
    const node = newNode(database, 'postgres', ordinal, from.ha ? 'patroni' : 'replica');
    return from.ha ? node : { ...node, source: { node: primary.name, slot: slotName(node.name) } };
  });
  const to = withCount({ ...from, nodes: [...from.nodes, ...added] });
  return stretch(to, [
    inParallel(
      ...added.map((node) => [from.ha ? addMember(from, node, primary) : addReplica('replicas', node, primary)]),
    ),
    ...confirmedBy(from, to, primary),
    ...rerouted(from, to, primary),
  ]);
};

const fewer = (from: Topology, primary: Node, removed: readonly Node[]): PlanPart => {
  const to = withCount({ ...from, nodes: from.nodes.filter((node) => !removed.includes(node)) });
  const removal: readonly PlanItem[] = from.ha
    ? [
        inParallel(
          ...removed.map((node) => [
            step('replicas', `remove ${node.name}`, { action: 'removeNode', input: { node } }, [], {
              point_of_no_return: true,
            }),
          ]),
        ),
        step('replicas', `let Patroni forget ${removed.map(({ name }) => name).join(', ')}`, forget(from, removed)),
      ]
    : removeReplicas(primary, removed);
  return stretch(to, [...confirmedBy(from, to, primary), ...rerouted(from, to, primary), ...removal]);
};

/** Every replica there is may confirm a commit, and none that goes is waited for. */
const confirmedBy = (from: Topology, to: Topology, primary: Node): readonly PlanItem[] => {
  if (from.replicas?.replication_mode !== 'sync') return [];
  const replicasOf = (topology: Topology) =>
    nodesOf(topology, 'postgres').flatMap(({ name }) => (name === primary.name ? [] : [name]));
  return [requireConfirmation(primary, replicasOf(to), replicasOf(from))];
};

/** What Patroni would keep of members that were removed. */
const forget = (topology: Topology, removed: readonly Node[]): ActivityCall => ({
  action: 'forgetMembers',
  input: {
    members: nodesOf(topology, 'postgres').filter((node) => !removed.includes(node)),
    scope: topology.ha!.scope,
    gone: removed.map(({ name }) => name),
  },
});

const addMember = (topology: Topology, node: Node, leader: Node): PlanItem =>
  retriedFromScratch(cloneAttempts, [
    step(
      'replicas',
      `clone ${node.name} from ${leader.name}`,
      { action: 'ensureNode', input: { node, config: memberConfigOf(topology) } },
      [{ action: 'removeNode', input: { node } }, forget(topology, [node])],
    ),
    step('replicas', `wait until ${node.name} streams`, {
      action: 'waitUntilStreaming',
      input: { node, from: leader, lag_limit_bytes: replicaLagLimitBytes },
    }),
  ]);

const rerouted = (from: Topology, to: Topology, primary: Node): readonly PlanItem[] => {
  const routers = nodesOf(to, 'haproxy');
  if (routers.length === 0) return reroute('routing', from, to);
  const replicas = nodesOf(to, 'postgres').filter((node) => node.name !== primary.name);
  return [
    ...teachRouters('routing', routers, from, to),
    step('routing', 'wait until every HAProxy sees every node', {
      action: 'waitUntilRouting',
      input: {
        routers: configuredRouters(routers, to),
        primary: primary.name,
        replicas: replicas.map((node) => node.name),
      },
    }),
  ];
};

const withCount = (topology: Topology): Topology =>
  topology.replicas
    ? { ...topology, replicas: { ...topology.replicas, count: nodesOf(topology, 'postgres').length - 1 } }
    : topology;
