import type { Facts } from '../facts.ts';
import { failoverLosses, isBehind } from '../failover-losses.ts';
import { faultOf, isMissing, type NodeFault } from '../faults.ts';
import type { Holding } from '../holdings.ts';
import type { Unseen } from '../live-state.ts';
import type { UnpricedPlan } from '../plan.ts';
import type { FailOver } from '../step-actions.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { assemble } from './assemble.ts';
import {
  chooseSuccessor,
  oldPrimary,
  others,
  refuseWithoutReplica,
  writes,
  type FailoverChoice,
} from './failover-cast.ts';
import { guestsOf, keepGuests } from './hand-over.ts';
import { handOverAttempts, step, type PlanItem } from './plan-builder.ts';
import { stretch, type PlanPart } from './plan-part.ts';
import { readmit } from './reroute.ts';
import { keptMayHoldMore } from './repaired.ts';
import { replacePrimary } from './replace-primary.ts';
import { seen } from './move-primary.ts';

export interface FailoverPlanInput extends FailoverChoice {
  readonly unseen?: readonly Unseen[];
  /** What the server holds; null if it could not be asked. */
  readonly facts?: Facts | null;
  readonly closesWindowOf: string | null;
}

/** Milliseconds that a client behind PgBouncer waits. */
const expectedStallMs = 1000;

/** For a primary that is dead, hangs or is cut off: it is killed, and a replica takes over with what it has. */
export const planFailover = (input: FailoverPlanInput): UnpricedPlan => {
  const { database, leader, faults = [], closesWindowOf } = input;
  const from: Topology = { ...database.topology, kept: [], primary: leader };
  refuseWithoutReplica(database, from);
  const old = oldPrimary(input, from);
  const candidate = chooseSuccessor(input, from, old);
  const cast: Cast = { ...input, from: { ...from, primary: old.name }, old, candidate, faults };
  const losses = lossesOf(cast);
  const part = from.ha ? amongMembers(cast) : amongPlain(cast);
  const plan = assemble({
    type: 'failover',
    from: cast.from,
    to: part.topology,
    parts: [{ ...part, warnings: [...losses, ...part.warnings], expected_stall_ms: expectedStallMs }],
    closesWindowOf,
    reversible: false,
    // A member that does not follow yet answers readers with what it has.
    writesOnly: from.ha !== null,
  });
  return { ...plan, losses };
};

interface Cast extends FailoverPlanInput {
  readonly from: Topology;
  readonly old: Node;
  readonly candidate: Holding;
  readonly faults: readonly NodeFault[];
}

const lossesOf = (cast: Cast): readonly string[] => {
  const { database, old, candidate, holdings, unseen = [], from, faults } = cast;
  const heard = holdings!.heard.filter(({ name }) => name !== old.name);
  const isHeard = ({ name }: Node) => heard.some((each) => each.name === name);
  const silent = others(from, old).filter((node) => !isHeard(node) && faultOf(faults, node)?.has_data !== false);
  const living = holdings!.heard.find(({ name, takes_writes }) => name === old.name && takes_writes) ?? null;
  return [
    ...failoverLosses({
      database: database.name,
      old: old.name,
      candidate,
      holdings: { ...holdings!, heard, unheard: silent.map(({ name }) => name) },
      living,
      refuses: unseen.find(({ name }) => name === old.name)?.detail ?? null,
      confirmed: isConfirmed(cast, heard),
    }),
    ...(from.ha ? [] : [`${old.name} is rebuilt as a replica of ${candidate.name}: what only it holds is gone then.`]),
    ...keptMayHoldMore(database),
  ];
};

/** Patroni says whom each commit waited for. Plain PostgreSQL waits for any one of the replicas, so all have to be heard. */
const isConfirmed = ({ from, old, candidate, holdings }: Cast, heard: readonly Holding[]): boolean => {
  if (from.ha) {
    const { leader, standbys } = holdings?.synchronous ?? { leader: null, standbys: [] };
    return leader === old.name && standbys.includes(candidate.name);
  }
  if (from.replicas?.replication_mode !== 'sync') return false;
  const all = others(from, old);
  if (writes(holdings, old)) return all.length === 1;
  const areHeard = all.every(({ name }) => heard.some((each) => each.name === name));
  return areHeard && !heard.some((other) => isBehind(candidate, other));
};

const there = ({ from, faults }: Cast, kind: Node['kind']): readonly Node[] =>
  nodesOf(from, kind).filter((node) => !isMissing(faults, node));

/** `members`: of the Patroni cluster, besides the old primary. */
const takeOver = (cast: Cast, to: Node, members: readonly Node[], poolers: readonly Node[]): readonly PlanItem[] => {
  const { old, candidate, holdings, facts } = cast;
  const input: FailOver = {
    from: old,
    to,
    promotion: members.length > 0 ? 'member' : 'standby',
    members,
    others: there(cast, 'postgres').filter(({ name }) => name !== old.name && name !== to.name),
    poolers,
    routers: there(cast, 'haproxy'),
    takes_writes: writes(holdings, old),
  };
  return [
    ...keepGuests('failover', input, guestsOf(facts)),
    handOverAttempts([
      step('failover', `check that ${candidate.name} can take over`, { action: 'preflightFailOver', input }),
      // What a rollback window keeps it does not meet; to close that, a primary may be needed.
      step('failover', `kill ${old.name} and let ${candidate.name} take over`, { action: 'failOver', input }, [], {
        point_of_no_return: true,
        spares_window: true,
      }),
    ]),
  ];
};

const amongMembers = (cast: Cast): PlanPart => {
  const { database, from, old, candidate } = cast;
  const leader = nodeNamed(from, candidate.name);
  const to: Topology = { ...from, primary: leader.name };
  const members = there(cast, 'postgres').filter((node) => node !== old);
  const routers = there(cast, 'haproxy');
  const bystanders = members.filter((node) => node !== leader);
  const outline = [
    ...takeOver(cast, leader, members, there(cast, 'pgbouncer')),
    step('failover', `let ${old.name} follow ${leader.name}`, {
      action: 'rejoinCluster',
      input: { old, leader, members, can_do_without: true },
    }),
    ...readmit(routers, old),
    ...seen(to, routers, [...bystanders, old]),
    step('finish', 'wait until the cluster is healthy', {
      action: 'waitUntilClusterHealthy',
      // Whatever has become of the old leader.
      input: { nodes: members, standbys: members.length - 1, ha: from.ha!, aside: bystanders },
    }),
  ];
  const { name } = old;
  return stretch(to, outline, [
    `If ${name} cannot follow ${leader.name}, it is left aside after two minutes. Rebuild it then: ` +
      `./pgrow reinit ${database.name} ${name}`,
  ]);
};

/** Plain PostgreSQL. A server that was killed may have what its successor never had, and then cannot follow it: it is rebuilt. */
const amongPlain = (cast: Cast): PlanPart => {
  const { database, from, old, candidate, faults, holdings } = cast;
  const routers = there(cast, 'haproxy');
  // Without HAProxy the pooler leads to the old primary until it is pointed at the new one: no client waits for that.
  const poolers = routers.length > 0 ? there(cast, 'pgbouncer') : [];
  const { topology, outline, warnings } = replacePrimary({
    database: { ...database, topology: from },
    faults,
    holdings: { heard: holdings!.heard.filter(({ name }) => name !== old.name), unheard: silentOf(cast) },
    primary: old,
    successor: candidate.name,
    lost: [],
    takeOver: (successor) => takeOver(cast, successor, [], poolers),
  });
  const followers = others(topology, nodeNamed(topology, candidate.name));
  return stretch(topology, [...outline, ...seen(topology, routers, followers)], warnings);
};

const silentOf = ({ from, old, holdings, faults }: Cast): readonly string[] =>
  others(from, old).flatMap((node) =>
    isMissing(faults, node) || holdings!.heard.some(({ name }) => name === node.name) ? [] : [node.name],
  );
