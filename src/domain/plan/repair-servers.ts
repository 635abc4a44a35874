import { PgrowError } from '../errors.ts';
import { faultOf } from '../faults.ts';
import { furthestOf, lossOf } from '../holdings.ts';
import { nodeNamed, nodesOf, type Node } from '../topology.ts';
import { nodeConfigOf } from './node-configs.ts';
import { inParallel, step, type PlanItem } from './plan-builder.ts';
import { rebuildReplica } from './rebuild-replica.ts';
import { presentOf, replacePrimary } from './replace-primary.ts';
import { chosenOf, keptMayHoldMore, present, type Repaired, type RepairPart, type ServersPart } from './repaired.ts';
import { memberConfigOf } from '../member-config.ts';

/** PostgreSQL: replicas are built again from the leader; a server that has its data is started on them. */
export const repairServers = (repaired: Repaired): ServersPart => {
  const {
    database: { topology },
    faults,
    leader,
    leaderless,
  } = repaired;
  const lost = chosenOf(repaired, 'postgres');
  if (leaderless) return restoreStandbyLeader(repaired, lost);
  if (topology.ha) return { ...rebuilt(repaired, lost, leader), topology, leader, losses: [] };
  const primary = nodeNamed(topology, leader);
  const replaced = lost.includes(primary) && faultOf(faults, primary)?.has_data === false;
  if (replaced) return replaceLost(repaired, primary, lost);
  const replicas = lost.filter((node) => node !== primary);
  const returning = lost.includes(primary) ? [startPrimary(repaired, primary)] : [];
  const { outline, warnings } = rebuilt(repaired, replicas, leader);
  return { topology, outline: [...returning, ...outline], warnings, leader, losses: [] };
};

/** The replica that holds most takes the place of a primary that is gone with its data. */
const replaceLost = (repaired: Repaired, primary: Node, lost: readonly Node[]): ServersPart => {
  const { database, faults, holdings } = repaired;
  const candidate = holdings && furthestOf(holdings.heard);
  if (!candidate) return refuseLost(repaired, primary);
  const [poolers, routers] = [presentOf(repaired, 'pgbouncer'), presentOf(repaired, 'haproxy')];
  const takeOver = (to: Node) => [
    step(
      'leader',
      `let ${to.name} take over`,
      { action: 'takeOver', input: { from: primary, to, promotion: 'standby', members: [], poolers, routers } },
      [],
      { point_of_no_return: true },
    ),
  ];
  return {
    ...replacePrimary({ database, faults, holdings, primary, successor: candidate.name, lost, takeOver }),
    leader: candidate.name,
    losses: lossOf(candidate, holdings, primary.name),
  };
};

const rebuilt = ({ database, faults }: Repaired, lost: readonly Node[], leader: string): RepairPart => ({
  outline:
    lost.length === 0
      ? []
      : [
          inParallel(
            ...lost.map((node) => [
              rebuildReplica({ topology: database.topology, node, leader, fault: faultOf(faults, node) }),
            ]),
          ),
        ],
  warnings:
    lost.length === 0 ? [] : [`Until ${lost.map(({ name }) => name).join(', ')} is back there are fewer replicas.`],
});

const refuseLost = ({ database: { name } }: Repaired, primary: Node): never => {
  throw new PgrowError(
    'refused',
    `${primary.name}, the primary of ${name}, is gone with its data, and nothing can bring that back. Restore a ` +
      `snapshot as a new database: ./pgrow snapshots ${name}, then ./pgrow restore ${name} --snapshot ID --as NEW`,
  );
};

/** Below stage 3 only pgrow promotes: what the primary's volume holds is the newest there is. */
const startPrimary = ({ database: { topology } }: Repaired, primary: Node): PlanItem =>
  step('postgres', `start ${primary.name} on its volume`, {
    action: 'ensureNode',
    input: { node: primary, config: nodeConfigOf(topology, primary) },
  });

/** A Patroni cluster without a leader: members that have their data come back first, for they may hold most. */
const restoreStandbyLeader = (repaired: Repaired, lost: readonly Node[]): ServersPart => {
  const { database, faults } = repaired;
  const members = nodesOf(database.topology, 'postgres');
  const returning = members.filter((node) => {
    const fault = faultOf(faults, node);
    return (fault?.state === 'missing' || fault?.state === 'stopped') && fault.has_data === true;
  });
  if (returning.length === 0) return elect(repaired, lost);
  const config = memberConfigOf(database.topology);
  const later = lost.filter((node) => !returning.includes(node)).map(({ name }) => name);
  return {
    outline: [
      inParallel(
        ...returning.map((node) => [
          step('postgres', `start ${node.name} on its volume`, { action: 'ensureNode', input: { node, config } }),
        ]),
      ),
    ],
    warnings:
      later.length === 0
        ? []
        : [`${later.join(', ')} can be rebuilt once there is a leader: run ./pgrow repair ${database.name} again.`],
    topology: database.topology,
    leader: null,
    losses: [],
  };
};

const elect = (repaired: Repaired, lost: readonly Node[]): ServersPart => {
  const { database, holdings, leader } = repaired;
  const { name, topology } = database;
  const candidate = holdings && furthestOf(holdings.heard);
  if (!candidate) {
    throw new PgrowError(
      'refused',
      `No server of ${name} takes writes, and none reports its WAL position, so none can be made the leader. ` +
        `Check them first: ./pgrow logs ${name}`,
    );
  }
  const members = nodesOf(present({ ...repaired, chosen: [] }), 'postgres');
  const { outline, warnings } = rebuilt(repaired, lost, candidate.name);
  return {
    outline: [
      step(
        'leader',
        `let ${candidate.name} lead`,
        { action: 'electMember', input: { candidate: nodeNamed(topology, candidate.name), members } },
        [],
        { point_of_no_return: true },
      ),
      ...outline,
    ],
    warnings,
    topology: { ...topology, primary: candidate.name },
    leader: candidate.name,
    losses: [...lossOf(candidate, holdings, leader), ...keptMayHoldMore(database)],
  };
};
