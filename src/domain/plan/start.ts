import type { Database } from '../database.ts';
import { PgrowError } from '../errors.ts';
import { faultOf, type NodeFault } from '../faults.ts';
import type { UnpricedPlan } from '../plan.ts';
import { configuredRouters } from '../routes.ts';
import type { Actions } from '../step-actions.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { assemble } from './assemble.ts';
import { ensureNetworks } from './ensure-networks.ts';
import { nodeConfigOf } from './node-configs.ts';
import { inParallel, step, type PlanItem } from './plan-builder.ts';
import { stretch } from './plan-part.ts';

export interface StartPlanInput {
  readonly database: Database;
  readonly faults?: readonly NodeFault[];
}

/**
 * Brings a stopped database up again, in the reverse order of its stop. It takes its primary, a majority of etcd, one router and the
 * front; any other node that does not come up is left aside. If one of those fails, the database stays stopped.
 */
export const planStart = ({ database, faults = [] }: StartPlanInput): UnpricedPlan => {
  const from: Topology = { ...database.topology, kept: [] };
  const { stopped, ...to } = from;
  // A container that is gone is created again around its volume; without that a replica is for a repair to clone.
  const there: Topology = { ...to, nodes: to.nodes.filter((node) => faultOf(faults, node)?.has_data !== false) };
  if (stopped) refuseLost(database, there);
  return assemble({
    type: 'start',
    from,
    to,
    parts: stopped ? [stretch(to, [ensureNetworks, ...servers(to, there), ...ways(to, there)])] : [],
    closesWindowOf: null,
    reversible: false,
    writesOnly: lacksReaders(to, there),
    aside: there.nodes.filter((node) => canDoWithout(to, node)),
  });
};

/** Nodes that serve beside others, or are not needed for a write to come through. */
const canDoWithout = (to: Topology, node: Node): boolean => node.name !== to.primary && node.kind !== 'front';

/** The one that took writes last comes first, and alone, so that no other member is elected. */
const servers = (to: Topology, there: Topology): readonly PlanItem[] => {
  const primary = nodeNamed(there, there.primary);
  const replicas = nodesOf(there, 'postgres').filter((node) => node !== primary);
  const etcd = nodesOf(there, 'etcd');
  return [
    ...(etcd.length === 0
      ? []
      : [
          together('etcd', etcd, to),
          step('etcd', 'wait until etcd has a quorum', {
            action: 'waitUntilEtcdQuorum',
            input: { nodes: etcd, aside: etcd },
          }),
        ]),
    together('primary', [primary], to),
    seen(to, `wait until ${primary.name} takes writes`, primary, []),
    ...(replicas.length === 0
      ? []
      : [together('replicas', replicas, to), seen(to, 'wait until the replicas stream', primary, replicas)]),
  ];
};

const seen = (to: Topology, name: string, primary: Node, replicas: readonly Node[]): PlanItem => {
  const phase = replicas.length === 0 ? 'primary' : 'replicas';
  const aside = { aside: replicas, can_do_without: true };
  if (!to.ha) return step(phase, name, { action: 'waitUntilReplicated', input: { primary, replicas, ...aside } });
  return step(phase, name, {
    action: 'waitUntilClusterHealthy',
    input: { nodes: [primary, ...replicas], standbys: replicas.length, ha: to.ha, ...aside },
  });
};

const ways = (to: Topology, there: Topology): readonly PlanItem[] => {
  const replicas = nodesOf(there, 'postgres').filter(({ name }) => name !== there.primary);
  const routers = nodesOf(there, 'haproxy');
  const poolers = nodesOf(there, 'pgbouncer');
  return [
    ...(routers.length === 0
      ? []
      : [
          together('routing', routers, to),
          step('routing', 'wait until every HAProxy sees every node', {
            action: 'waitUntilRouting',
            input: {
              routers: configuredRouters(routers, to),
              primary: there.primary,
              replicas: replicas.map(({ name }) => name),
              aside: [...replicas, ...routers],
              can_do_without: true,
            },
          }),
        ]),
    ...poolers.flatMap((node) => [
      together('routing', [node], to),
      ...(lacksReaders(to, there)
        ? []
        : [
            step('routing', `log in and query through ${node.name}`, {
              action: 'verifyPooler',
              input: { node, config: nodeConfigOf(to, node), can_do_without: true },
            }),
          ]),
    ]),
    together('routing', nodesOf(there, 'front'), to),
  ];
};

/** Without HAProxy readers are led to replicas, whether these are there or not. */
const lacksReaders = (to: Topology, there: Topology): boolean =>
  nodesOf(to, 'haproxy').length === 0 && there.nodes.length < to.nodes.length;

const together = (phase: string, nodes: readonly Node[], to: Topology): PlanItem =>
  inParallel(
    ...nodes.map((node) => [
      step(phase, `start ${node.name}`, { action: 'startNode', input: startInput(to, node) }, [
        { action: 'stopNode', input: { node, ...(node.name === to.primary ? { in_order: true } : {}) } },
      ]),
    ]),
  );

const startInput = (to: Topology, node: Node): Actions['startNode'] => ({
  node,
  config: nodeConfigOf(to, node),
  ...(canDoWithout(to, node) ? { can_do_without: true } : {}),
});

/** @throws PgrowError `refused` where what is left of it cannot come up by itself */
const refuseLost = ({ name, topology }: Database, there: Topology): void => {
  const etcd = nodesOf(topology, 'etcd').length;
  const isServerLost = !there.nodes.some((node) => node.name === topology.primary);
  const isQuorumLost = etcd > 0 && nodesOf(there, 'etcd').length * 2 <= etcd;
  if (!isServerLost && !isQuorumLost) return;
  const lost = topology.nodes.filter((node) => !there.nodes.includes(node)).map((node) => node.name);
  throw new PgrowError(
    'refused',
    `Cannot start ${name}: the data of ${lost.join(', ')} is gone since it was stopped` +
      `${isServerLost ? `, and ${topology.primary} held what was written last` : ', and the rest of etcd is no majority'}. ` +
      `Restore a snapshot as a new database: ./pgrow snapshots ${name}`,
  );
};
