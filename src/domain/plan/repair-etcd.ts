import { PgrowError } from '../errors.ts';
import { faultOf } from '../faults.ts';
import type { EtcdConfig } from '../node-config.ts';
import { nodesOf, type Node } from '../topology.ts';
import { etcdConfigOf } from './node-configs.ts';
import { retriedFromScratch, step, type PlanItem } from './plan-builder.ts';
import { chosenOf, clear, type Repaired, type RepairPart } from './repaired.ts';

/** Attempts at taking one node into the quorum, each with a fresh volume. */
const joinAttempts = 3;

/**
 * A node that still has its data continues as the member it was. One that has lost them is taken out of the quorum and in
 * again, which needs a majority that answers. One after the other: a quorum can miss only one.
 */
export const repairEtcd = (repaired: Repaired): RepairPart => {
  const { database, faults } = repaired;
  const all = nodesOf(database.topology, 'etcd');
  const lost = chosenOf(repaired, 'etcd');
  if (lost.length === 0) return { outline: [], warnings: [] };
  const returning = lost.filter((node) => isIntact(repaired, node));
  const replaced = lost.filter((node) => !returning.includes(node));
  const voting = all.filter((node) => returning.includes(node) || !faultOf(faults, node));
  if (voting.length <= all.length / 2) throw quorumLost(repaired, voting);
  const config = etcdConfigOf(database.topology);
  return {
    outline: [
      ...returning.map((node) =>
        step('etcd', `start ${node.name} on its volume`, { action: 'ensureNode', input: { node, config } }),
      ),
      ...replaced.map((node) => rejoin(repaired, node, { ...config, joins: true })),
      step('etcd', 'wait until etcd has a quorum', {
        action: 'waitUntilEtcdQuorum',
        input: { nodes: all.filter((node) => lost.includes(node) || !faultOf(faults, node)) },
      }),
    ],
    warnings: [],
  };
};

/** It can continue with the data that it has. One that is named although it has its container is not trusted with them. */
const isIntact = ({ faults, leaderless }: Repaired, node: Node): boolean => {
  const fault = faultOf(faults, node);
  if (fault?.has_data !== true) return false;
  return fault.state === 'missing' || (leaderless && fault.state === 'stopped');
};

const rejoin = ({ database, faults }: Repaired, node: Node, config: EtcdConfig): PlanItem => {
  const others = nodesOf(database.topology, 'etcd').filter((other) => other !== node);
  return retriedFromScratch(joinAttempts, [
    ...clear('etcd', node, faults),
    step('etcd', `remove ${node.name} from the quorum and add it again`, {
      action: 'readmitEtcdMember',
      input: { node, others },
    }),
    step('etcd', `start ${node.name}`, { action: 'ensureNode', input: { node, config } }, [
      { action: 'removeNode', input: { node } },
    ]),
  ]);
};

const quorumLost = ({ database: { name, topology } }: Repaired, voting: readonly Node[]): PgrowError => {
  const all = nodesOf(topology, 'etcd').map((node) => node.name);
  const left = voting.map((node) => node.name).join(', ') || 'none';
  return new PgrowError(
    'refused',
    `etcd of ${name} has lost its quorum for good: of ${all.join(', ')} only ${left} can vote, and a majority has to ` +
      `admit a member. Patroni keeps its leader as long as all members answer, but cannot elect another. Start the etcd ` +
      `containers that are only stopped. If their data is lost, restore ${name} as a new database: ./pgrow snapshots ${name}`,
  );
};
