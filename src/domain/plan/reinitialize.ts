import type { Database } from '../database.ts';
import { PgrowError } from '../errors.ts';
import type { UnpricedPlan } from '../plan.ts';
import { nodesOf, type Topology } from '../topology.ts';
import { assemble } from './assemble.ts';
import { stretch } from './plan-part.ts';
import { rebuildReplica } from './rebuild-replica.ts';

export interface ReinitializePlanInput {
  readonly database: Database;
  readonly node: string;
  /** Who leads at stage 3, as Patroni has it; the primary below. */
  readonly leader: string;
  readonly closesWindowOf: string | null;
}

/** Rebuilds one replica from an empty volume. */
export const planReinitialize = ({
  database,
  node: name,
  leader,
  closesWindowOf,
}: ReinitializePlanInput): UnpricedPlan => {
  // The open checkpoint is closed before the first step, and what it kept goes with it.
  const topology: Topology = { ...database.topology, kept: [] };
  const replicas = nodesOf(topology, 'postgres').filter((node) => node.name !== leader);
  const node = replicas.find((candidate) => candidate.name === name);
  if (!node) {
    throw new PgrowError(
      'invalid_input',
      `Only replicas can be reinitialized; ${database.name} has ${replicas.map((n) => n.name).join(', ') || 'none'}, not ${name}.`,
      { problems: [{ path: 'node', value: name, allowed: replicas.map((n) => n.name).join(', ') || 'nothing' }] },
    );
  }
  const outline = [rebuildReplica({ topology, node, leader, fault: null })];
  const part = stretch(topology, outline, [`Until ${node.name} is back there is one replica fewer.`]);
  return assemble({ type: 'reinitialize', from: database.topology, to: topology, parts: [part], closesWindowOf });
};
