import { servesClients } from '../container-spec.ts';
import type { Database } from '../database.ts';
import { PgrowError } from '../errors.ts';
import { faultOf, isMissing, repairCommand, type NodeFault } from '../faults.ts';
import type { Holdings } from '../holdings.ts';
import type { UnpricedPlan } from '../plan.ts';
import type { Node, Topology } from '../topology.ts';
import { assemble } from './assemble.ts';
import { ensureNetworks } from './ensure-networks.ts';
import { stretch } from './plan-part.ts';
import { repairEtcd } from './repair-etcd.ts';
import { repairRoutes } from './repair-routes.ts';
import { repairServers } from './repair-servers.ts';
import { present, type Repaired } from './repaired.ts';

export interface RepairPlanInput {
  readonly database: Database;
  /** Null: everything that is missing. */
  readonly node: string | null;
  /** Who leads at stage 3, as Patroni has it; the primary below. */
  readonly leader: string;
  /** Whether at stage 3 no server takes writes. Default false. */
  readonly leaderless?: boolean;
  readonly faults?: readonly NodeFault[];
  /** Where no server takes writes: what each member holds. */
  readonly holdings?: Holdings | null;
}

/**
 * Makes nodes again that are gone or do not work, each as its record has it: names, ports, volumes and the stage stay. A
 * rollback window stays open, for nothing of what it keeps is touched.
 */
export const planRepair = (input: RepairPlanInput): UnpricedPlan => {
  const { database, node, leaderless = false, faults = [], holdings = null, leader } = input;
  const chosen = chooseNodes(input);
  refuseLeaderless(input, chosen);
  const repaired: Repaired = { database, chosen, faults, leader, leaderless, holdings };
  if (chosen.length === 0 && !(leaderless && node === null)) return assembled(repaired, database.topology, [], [], []);
  const etcd = repairEtcd(repaired);
  const servers = repairServers(repaired);
  const routes = repairRoutes({ ...repaired, database: { ...database, topology: servers.topology } }, servers.leader);
  const parts = [etcd, servers, routes];
  // While none of them ran, the network that they serve applications in may have been pruned.
  const networks = chosen.some(({ kind }) => servesClients[kind]) ? [ensureNetworks] : [];
  return assembled(
    repaired,
    servers.topology,
    [...networks, ...parts.flatMap(({ outline }) => outline)],
    parts.flatMap(({ warnings }) => warnings),
    servers.losses,
  );
};

const assembled = (
  repaired: Repaired,
  to: Topology,
  outline: Parameters<typeof stretch>[1],
  warnings: readonly string[],
  losses: readonly string[],
): UnpricedPlan => {
  const { topology } = repaired.database;
  // At stage 3 Patroni has the last word on who leads, and the monitor records it.
  const recorded = topology.ha === null && to !== topology;
  const plan = assemble({
    type: 'repair',
    from: recorded ? topology : to,
    to,
    parts: outline.length === 0 ? [] : [stretch(to, outline, [...losses, ...warnings])],
    closesWindowOf: null,
    ...(recorded ? {} : { verified: present(repaired) }),
  });
  return losses.length === 0 ? plan : { ...plan, losses };
};

const chooseNodes = (input: RepairPlanInput): readonly Node[] => {
  const {
    database: { name, topology },
    node: wanted,
    leaderless = false,
    faults = [],
  } = input;
  if (wanted === null) {
    return topology.nodes.filter((each) => isMissing(faults, each) || (leaderless && isStopped(faults, each)));
  }
  const node = topology.nodes.find((candidate) => candidate.name === wanted);
  if (node) return faultOf(faults, node) ? [node] : [];
  const names = topology.nodes.map((each) => each.name).join(', ');
  const kept = topology.kept.some((each) => each.name === wanted);
  throw new PgrowError(
    'invalid_input',
    kept
      ? `${wanted} is kept for a rollback of ${name} and is not rebuilt. Close its window: ./pgrow confirm ${name}`
      : `${name} has no node ${wanted}. It has ${names}.`,
    { problems: [{ path: 'node', value: wanted, allowed: names }] },
  );
};

/** With data that may be what a database without a leader waits for. */
const isStopped = (faults: readonly NodeFault[], node: Node): boolean => {
  const fault = faultOf(faults, node);
  return fault?.state === 'stopped' && fault.has_data === true;
};

/** Without a leader nothing can be verified, and no server can be cloned. */
const refuseLeaderless = (
  { database: { name }, node, leaderless = false }: RepairPlanInput,
  chosen: readonly Node[],
) => {
  if (!leaderless || node === null || chosen.length === 0) return;
  throw new PgrowError(
    'refused',
    `No server of ${name} takes writes. Repair that first, with everything that is missing: ${repairCommand(name)}`,
  );
};
