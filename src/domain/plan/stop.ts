import { PgrowError } from '../errors.ts';
import { faultOf, isMissing, repairCommand, type NodeFault } from '../faults.ts';
import type { Plan, Step, UnpricedPlan } from '../plan.ts';
import type { ActivityCall } from '../step-actions.ts';
import { nodeNamed, nodesOf, type Node, type NodeKind, type Topology } from '../topology.ts';
import type { Database } from '../database.ts';
import { nodeConfigOf } from './node-configs.ts';
import { flatten, inParallel, step, type PlanItem } from './plan-builder.ts';

export interface StopPlanInput {
  readonly database: Database;
  /** Who leads at stage 3, as Patroni has it; the primary below. */
  readonly leader: string;
  /** Whether at stage 3 no server takes writes. Default false. */
  readonly leaderless?: boolean;
  readonly faults?: readonly NodeFault[];
  /** The operation whose rollback window is still open. */
  readonly last: Pick<Plan, 'type'> | null;
}

/**
 * Takes a database down in order, and loses nothing: first the ways in, then the replicas, once they have received everything,
 * and the leader last, whose stop is the point of no return. The record says so before the first node stops: nothing that
 * watches it may take it for a failure.
 */
export const planStop = (input: StopPlanInput): UnpricedPlan => {
  const { database, leader, faults = [], last } = input;
  const { kept: _, ...present } = database.topology;
  const from: Topology = { ...present, kept: [], primary: leader };
  const runs = (node: Node) => {
    const fault = faultOf(faults, node);
    return fault?.state !== 'missing' && fault?.state !== 'stopped';
  };
  if (from.stopped) return planned(input, from, from.nodes.some(runs) ? stopAgain(from, faults) : []);
  refuseOpenWindow(database, last);
  refuseWithoutLeader(input);
  return planned(input, from, inOrder({ ...present, kept: [] }, from, faults));
};

const planned = ({ database }: StopPlanInput, from: Topology, items: readonly PlanItem[]): UnpricedPlan => {
  const outline = flatten(items);
  return {
    type: 'stop',
    from,
    to: { ...from, stopped: true },
    ...outline,
    on_close: [],
    expected_stall_ms: 0,
    point_of_no_return: outline.steps.find((candidate) => candidate.point_of_no_return)?.name ?? null,
    warnings:
      outline.steps.length === 0 || from.stopped
        ? []
        : [
            `${database.name} is down until ./pgrow start ${database.name}: open sessions end, what they have not committed is ` +
              'rolled back, and new connections are refused.',
          ],
    nodes_added: [],
    nodes_removed: [],
    estimated_duration_minutes: 1,
    snapshot: null,
  };
};

const inOrder = (before: Topology, from: Topology, faults: readonly NodeFault[]): readonly PlanItem[] => {
  const there = (kind: NodeKind) => nodesOf(from, kind).filter((node) => !isMissing(faults, node));
  const primary = nodeNamed(from, from.primary);
  const replicas = there('postgres').filter((node) => node !== primary);
  const recorded = { ...from, stopped: true as const };
  const back = (node: Node): ActivityCall => ({
    action: 'startNode',
    // One that did not run before may not come up now.
    input: { node, config: nodeConfigOf(from, node), ...(faultOf(faults, node) ? { can_do_without: true } : {}) },
  });
  return [
    step('record', 'record that it is stopped', { action: 'recordTopology', input: { topology: recorded } }, [
      { action: 'recordTopology', input: { topology: before } },
    ]),
    ...together('routing', there('front'), back),
    ...together('routing', there('pgbouncer'), back),
    ...together('routing', there('haproxy'), back),
    ...(replicas.length === 0
      ? []
      : [
          step('replicas', 'wait until the replicas have received everything', {
            action: 'waitUntilCaughtUp',
            input: { primary, replicas, aside: replicas },
          }),
        ]),
    ...together('replicas', replicas, back),
    stopLast(primary),
    ...together('etcd', there('etcd'), null),
  ];
};

/** Someone has started some of it by hand. */
const stopAgain = (from: Topology, faults: readonly NodeFault[]): readonly PlanItem[] => {
  const there = (kind: NodeKind) => nodesOf(from, kind).filter((node) => !isMissing(faults, node));
  const primary = nodeNamed(from, from.primary);
  const others = there('postgres').filter((node) => node !== primary);
  return [
    ...(['front', 'pgbouncer', 'haproxy'] as const).flatMap((kind) => together('routing', there(kind), null)),
    ...together('replicas', others, null),
    ...(isMissing(faults, primary) ? [] : [stopLast(primary)]),
    ...together('etcd', there('etcd'), null),
  ];
};

/** `back`: what starts one again when the stop is undone; null where it is not. */
const together = (
  phase: string,
  nodes: readonly Node[],
  back: ((node: Node) => ActivityCall) | null,
): readonly PlanItem[] =>
  nodes.length === 0
    ? []
    : [
        inParallel(
          ...nodes.map((node) => [
            step(phase, `stop ${node.name}`, { action: 'stopNode', input: { node } }, back ? [back(node)] : []),
          ]),
        ),
      ];

const stopLast = (primary: Node): Step =>
  step('primary', `stop ${primary.name}`, { action: 'stopNode', input: { node: primary, in_order: true } }, [], {
    point_of_no_return: true,
  });

/** What a window keeps follows the present stage, and its time runs on. */
const refuseOpenWindow = ({ name }: Database, last: Pick<Plan, 'type'> | null): void => {
  if (!last) return;
  throw new PgrowError(
    'refused',
    `The rollback window of the last ${last.type.replaceAll('_', ' ')} of ${name} is open, and what it keeps cannot be stopped ` +
      `with it. Close the window first: ./pgrow confirm ${name}`,
  );
};

/** Without a leader there is no order in which nothing is lost. */
const refuseWithoutLeader = ({ database, leader, leaderless = false, faults = [] }: StopPlanInput): void => {
  const { name, topology } = database;
  const fault = faultOf(faults, nodeNamed(topology, leader));
  if (!leaderless && fault?.state !== 'missing' && fault?.state !== 'stopped') return;
  throw new PgrowError(
    'refused',
    `Cannot stop ${name} in order: no server takes writes${leaderless ? '' : `, ${leader} does not run`}. ` +
      `See why: ./pgrow status ${name}  Repair it first: ${repairCommand(name)}`,
  );
};
