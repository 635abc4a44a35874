import type { Database } from '../database.ts';
import { PgrowError } from '../errors.ts';
import { faultOf, isMissing, repairCommand, type NodeFault } from '../faults.ts';
import { furthestOf, type Holding, type Holdings } from '../holdings.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { replicaLagLimitBytes } from './grow-replicas.ts';

/** What the choice of the two servers of a failover depends on. */
export interface FailoverChoice {
  readonly database: Database;
  /** Null: the most advanced of those that answer. */
  readonly target: string | null;
  /** Who leads at stage 3, as Patroni has it; the primary below. */
  readonly leader: string;
  readonly holdings?: Holdings | null;
  readonly faults?: readonly NodeFault[];
}

/** @throws PgrowError `refused` where no other server could take over */
export const refuseWithoutReplica = ({ name }: Database, from: Topology): void => {
  if (nodesOf(from, 'postgres').length > 1) return;
  throw new PgrowError(
    'refused',
    `${name} has no replica at stage ${from.stage}, so nothing can take over from ${from.primary}. Start or rebuild what is ` +
      `missing: ${repairCommand(name)}. Or restore a snapshot as a new database: ./pgrow snapshots ${name}, then ` +
      `./pgrow restore ${name} --snapshot ID --as NEW`,
  );
};

/**
 * Who takes writes, else who did when last seen.
 * @throws PgrowError `refused` where there is nothing to kill
 */
export const oldPrimary = (
  { database: { name }, leader, holdings, faults = [] }: FailoverChoice,
  from: Topology,
): Node => {
  const heard = holdings?.heard ?? [];
  const writers = heard.filter(({ takes_writes }) => takes_writes);
  const writer = writers.find((holding) => holding.name === leader) ?? writers[0];
  if (!writer && from.ha && heard.some((holding) => holding.name === leader)) {
    throw new PgrowError(
      'refused',
      `${leader} led ${name} last and answers as a replica: there is no primary that would have to be killed. ` +
        `Let the most advanced one lead: ${repairCommand(name)}`,
    );
  }
  const old = nodeNamed(from, writer?.name ?? leader);
  if (!isMissing(faults, old)) return old;
  throw new PgrowError(
    'refused',
    `${old.name}, the primary of ${name}, has no container: nothing shows that it has exited, and nothing has to be killed. ` +
      (faultOf(faults, old)?.has_data
        ? `Its volume is there. Start it on that, which loses nothing: ${repairCommand(name)}`
        : `Its volume is gone as well. Let a replica take its place: ${repairCommand(name)}`),
  );
};

/**
 * The replica that is named, or the most advanced.
 * @throws PgrowError `invalid_input` for a node that is no replica; `refused` if it does not say what it holds
 */
export const chooseSuccessor = (
  { database: { name }, target, holdings }: FailoverChoice,
  from: Topology,
  old: Node,
): Holding => {
  const replicas = nodesOf(from, 'postgres').flatMap((node) => (node === old ? [] : [node.name]));
  const allowed = replicas.join(', ');
  if (target !== null && !replicas.includes(target)) {
    const why = target === old.name ? 'is the primary, which is killed' : `is not a replica of ${name}`;
    throw new PgrowError('invalid_input', `${allowed} can take over from ${old.name}; ${target} ${why}.`, {
      problems: [{ path: 'target_node', value: target, allowed }],
    });
  }
  const heard = (holdings?.heard ?? []).filter((each) => replicas.includes(each.name) && !each.takes_writes);
  const chosen =
    target === null ? mostAdvanced(heard, writes(holdings, old)) : heard.find((each) => each.name === target);
  if (chosen) return chosen;
  const answering = heard.map((each) => each.name).join(', ') || 'none';
  throw new PgrowError(
    'refused',
    (target === null
      ? `No replica of ${name} reports its WAL position, so none can lead. `
      : `${target} does not report its WAL position, so it cannot lead. `) +
      `Replicas that do: ${answering}. To see why: ./pgrow status ${name}`,
  );
};

/** While the old primary writes, all are about as far, and the next look has to find the same one. */
const mostAdvanced = (heard: readonly Holding[], isMoving: boolean): Holding | null => {
  const furthest = furthestOf(heard);
  if (!furthest || !isMoving) return furthest;
  const isAbreast = ({ timeline, position }: Holding) =>
    timeline === furthest.timeline && furthest.position - position <= replicaLagLimitBytes;
  return heard.filter(isAbreast).toSorted((a, b) => a.name.localeCompare(b.name))[0] ?? furthest;
};

/** Whether the old primary takes writes. */
export const writes = (holdings: Holdings | null | undefined, { name: old }: Node): boolean =>
  (holdings?.heard ?? []).some(({ name, takes_writes }) => name === old && takes_writes === true);

/** Servers besides the old primary. */
export const others = (topology: Topology, { name: old }: Node): readonly Node[] =>
  nodesOf(topology, 'postgres').filter(({ name }) => name !== old);
