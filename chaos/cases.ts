import type { ActionCall, ActionName } from '../src/domain/step-actions.ts';
import type { Plan } from '../src/domain/plan.ts';
import type { Node } from '../src/domain/topology.ts';
import type { Breakpoint } from '../src/worker/breakpoints.ts';
import { examplePlans, operations } from './operations.ts';

/** Operation × fault × moment. */

export const faults = [
  'worker',
  'temporal',
  'control-plane',
  'node',
  'network',
  'hang',
  'slow',
  'disk',
  'denied-login',
  'changed-settings',
  'engine',
] as const;
export type Fault = (typeof faults)[number];

/** Those that hit the database, on whichever server takes its writes. */
export const databaseFaults: readonly Fault[] = ['denied-login', 'changed-settings'];

/** Which of the nodes that a step is about. */
export const roles = ['node', 'from', 'to', 'router', 'pooler'] as const;
export type Role = (typeof roles)[number];

export interface ChaosCase {
  /** Unique, and the same in every run of the same code. */
  readonly id: string;
  readonly operation: string;
  readonly fault: Fault;
  /** Name of the step, of a retreat, or of what an operation does around its steps. */
  readonly step: string;
  readonly moment: string;
  readonly breakpoint: Breakpoint;
  /** The action the step must have when the case is run; null for what is no step. */
  readonly action: ActionName | null;
  /** Of faults that hit a node. */
  readonly role: Role | null;
  /** First the operation is aborted at this step: the fault hits while it puts everything back. */
  readonly abortAt: number | null;
}

/** Calls whose effect is there while no one has seen it: the inside of the steps that have one worth it. */
const insideOf: Partial<Record<ActionName, readonly Pick<Breakpoint, 'at' | 'call'>[]>> = {
  ensureNode: [{ at: 'platform.ensureVolume' }, { at: 'platform.ensureContainer' }, { at: 'platform.startContainer' }],
  restartNode: [{ at: 'platform.exec' }, { at: 'platform.putFiles' }, { at: 'platform.exec', call: 2 }],
  configureNode: [{ at: 'platform.putFiles' }],
  startNode: [{ at: 'platform.startContainer' }],
  stopNode: [{ at: 'platform.stopContainer' }],
  removeNode: [{ at: 'platform.removeContainer' }],
  takeSnapshot: [{ at: 'platform.ensureContainer' }, { at: 'platform.startContainer' }],
  ensureRoles: [{ at: 'postgres.query' }],
  ensurePermanentSlot: [{ at: 'patroni.patchConfig' }],
  waitUntilStreaming: [{ at: 'platform.inspectContainer', call: 3 }],
  waitUntilEtcdQuorum: [{ at: 'platform.inspectContainer' }],
  waitUntilRouting: [{ at: 'platform.inspectContainer' }],
  waitUntilClusterHealthy: [{ at: 'platform.inspectContainer' }],
  followNewPrimary: [{ at: 'platform.startContainer' }, { at: 'platform.putFiles' }, { at: 'platform.exec' }],
};

/** A hand-over, move by move. */
const movesOf = {
  standby_cluster: [
    { at: 'platform.execInteractive' },
    { at: 'platform.exec' },
    { at: 'pgbouncer.pause' },
    { at: 'platform.readLine', call: 2 },
    { at: 'patroni.patchConfig' },
    { at: 'haproxy.moveWrites' },
    { at: 'postgres.writeProbe' },
    { at: 'pgbouncer.resume' },
  ],
  standby: [
    { at: 'patroni.patchConfig' },
    { at: 'pgbouncer.pause' },
    { at: 'platform.readLine', call: 2 },
    { at: 'postgres.promote' },
    { at: 'haproxy.moveWrites' },
    { at: 'platform.putFiles' },
    { at: 'postgres.writeProbe' },
    { at: 'pgbouncer.resume' },
  ],
  member: [
    { at: 'patroni.patchConfig' },
    { at: 'pgbouncer.pause' },
    { at: 'platform.readLine', call: 2 },
    { at: 'postgres.promote' },
    { at: 'haproxy.moveWrites' },
    { at: 'postgres.writeProbe' },
    { at: 'pgbouncer.resume' },
  ],
} as const;

/** The same of one whose primary is killed. */
const movesOfFailover = [
  { at: 'patroni.patchConfig' },
  { at: 'platform.signalContainer' },
  { at: 'platform.putFiles' },
  { at: 'postgres.promote' },
  { at: 'haproxy.moveWrites' },
  { at: 'postgres.writeProbe' },
] as const;

const insideCalls = (run: ActionCall): readonly Pick<Breakpoint, 'at' | 'call'>[] => {
  if (run.action !== 'cutOver' && run.action !== 'failOver') {
    const hasNoVolume = run.action === 'ensureNode' && run.input.node.volume === null;
    return (insideOf[run.action] ?? []).filter(({ at }) => !hasNoVolume || at !== 'platform.ensureVolume');
  }
  const { promotion, members, poolers, routers } = run.input;
  const moves = run.action === 'failOver' ? movesOfFailover : movesOf[promotion];
  return moves.filter(({ at }) => {
    if (at.startsWith('pgbouncer.')) return poolers.length > 0;
    if (at.startsWith('haproxy.')) return routers.length > 0;
    return at !== 'patroni.patchConfig' || members.length > 0;
  });
};

/** The first server of a database is the one whose disk can be made small enough to fill it later. */
const isOfFirstPrimary = (run: ActionCall): boolean =>
  ['takeSnapshot', 'waitUntilStreaming', 'cutOver'].includes(run.action) && nodesIn(run).from?.name === 'postgres-1';

/** Who takes part in a step, by role. */
export const nodesIn = ({ action, input }: ActionCall): Partial<Record<Role, Node>> => {
  switch (action) {
    case 'ensureNode':
    case 'configureNode':
    case 'restartNode':
    case 'startNode':
    case 'stopNode':
    case 'verifyPooler':
    case 'removeNode':
    case 'ensureRoles':
      return { node: input.node };
    case 'ensureReplicationSlot':
    case 'ensurePermanentSlot':
    case 'pruneReplicationSlots':
      return { node: input.on };
    case 'takeSnapshot':
      return { from: input.of };
    case 'waitUntilStreaming':
      return { node: input.node, from: input.from };
    case 'readmitEtcdMember':
      return present({ node: input.others[0] });
    case 'waitUntilEtcdQuorum':
      return present({ node: input.nodes[0] });
    case 'waitUntilRouting':
      return present({ router: input.routers[0]?.node });
    case 'waitUntilClusterHealthy':
      return present({ to: input.nodes[0], node: input.nodes[1] });
    case 'verifyStandbyCluster':
      return { from: input.primary, to: input.leader };
    case 'preflightCutOver':
    case 'cutOver':
    case 'preflightFailOver':
    case 'failOver':
      return present({ from: input.from, to: input.to, router: input.routers[0], pooler: input.poolers[0] });
    case 'carrySettings':
      return { from: input.from, to: input.to };
    case 'rejoinCluster':
      return { node: input.old, to: input.leader };
    case 'followNewPrimary':
      return present({ node: input.old.node, to: input.members[0] });
    case 'waitUntilReplicated':
      return { to: input.primary };
    default:
      return {};
  }
};

const present = (nodes: { readonly [R in Role]?: Node | undefined }): Partial<Record<Role, Node>> =>
  Object.fromEntries(Object.entries(nodes).filter(([, node]) => node !== undefined)) as Partial<Record<Role, Node>>;

export const allCases = (): readonly ChaosCase[] => {
  const plans = examplePlans();
  return operations.flatMap(({ name }) => casesOf(name, plans.get(name)!));
};

const casesOf = (operation: string, plan: Plan): readonly ChaosCase[] => [
  ...around(operation),
  ...plan.steps.flatMap(({ name, run }, index) =>
    run.action === 'gracePeriod' ? [] : ofStep(operation, name, run, index),
  ),
  ...(plan.from && plan.to
    ? plan.steps.flatMap(({ name, run }, index) => ofDatabase(operation, name, run, index))
    : []),
  ...retreats(operation, plan),
];

const ofStep = (operation: string, step: string, run: ActionCall, index: number): readonly ChaosCase[] => {
  const inside = insideCalls(run);
  const of = (fault: Fault, at: Pick<Breakpoint, 'at' | 'call'>, role: Role | null = null) =>
    newCase({ operation, step, fault, role, breakpoint: { step: index, ...at }, action: run.action });
  const isHandOver = run.action === 'cutOver' || run.action === 'failOver';
  const isLong = isHandOver || run.action.startsWith('waitUntil') || run.action === 'takeSnapshot';
  return [
    of('worker', begin),
    ...inside.map((at) => of('worker', at)),
    of('worker', end),
    of('temporal', begin),
    ...(isHandOver ? inside.map((at) => of('temporal', at)) : []),
    of('control-plane', begin),
    ...Object.keys(nodesIn(run)).flatMap((name) => {
      const role = name as Role;
      // What is only being made, or does not run yet, can be hit once it has started.
      const isStart = run.action === 'ensureNode' || run.action === 'startNode';
      const moments = isStart ? inside.slice(-1) : [begin, ...(isLong ? inside : [])];
      return [
        ...(['node', 'network'] as const).flatMap((fault) => moments.map((at) => of(fault, at, role))),
        ...(['hang', 'slow'] as const).flatMap((fault) => moments.slice(0, 1).map((at) => of(fault, at, role))),
      ];
    }),
    ...(run.action === 'ensureNode' && run.input.node.volume !== null ? [of('disk', begin, 'node')] : []),
    ...(isOfFirstPrimary(run) ? [of('disk', isHandOver ? begin : (inside[0] ?? begin), 'from')] : []),
    ...(isLong || run.action === 'ensureNode' ? [of('engine', begin)] : []),
    ...(isHandOver ? inside.map((at) => of('engine', at)) : []),
  ];
};

/** Where an operation has to log in. */
const ofDatabase = (operation: string, step: string, run: ActionCall, index: number): readonly ChaosCase[] =>
  /^(wait|verify|preflight|takeSnapshot|cutOver|failOver|ensureRoles)/.test(run.action)
    ? databaseFaults.map((fault) =>
        newCase({ operation, step, fault, role: null, breakpoint: { step: index, ...begin }, action: run.action }),
      )
    : [];

const around = (operation: string): readonly ChaosCase[] =>
  (['openOperation', 'endOperation'] as const).flatMap((activity) =>
    (['worker', 'temporal'] as const).flatMap((fault) =>
      [begin, end].map((at) =>
        newCase({ operation, step: activity, fault, role: null, breakpoint: { activity, ...at }, action: null }),
      ),
    ),
  );

/** The operation is called off at its last look before its point of no return, and the worker dies while it is undone. */
const retreats = (operation: string, plan: Plan): readonly ChaosCase[] => {
  const noReturn = plan.steps.findIndex((step) => step.point_of_no_return);
  const before = noReturn < 0 ? plan.steps : plan.steps.slice(0, noReturn);
  const abortAt = before.findLastIndex(({ run }) => /^(wait|verify|preflight)/.test(run.action));
  return before.slice(0, Math.max(0, abortAt)).flatMap(({ name, undo }, index) =>
    undo.length === 0
      ? []
      : [begin, end].map((at) =>
          newCase({
            operation,
            step: `undo: ${name}`,
            fault: 'worker',
            role: null,
            breakpoint: { step: index, direction: 'undo', ...at },
            action: null,
            abortAt,
          }),
        ),
  );
};

const begin = { at: 'begin' } as const;
const end = { at: 'end' } as const;

const newCase = (given: Omit<ChaosCase, 'id' | 'moment' | 'abortAt'> & { readonly abortAt?: number }): ChaosCase => {
  const { at, call, step, direction } = given.breakpoint;
  const moment = call === undefined ? at : `${at} ${call}`;
  const where = `${direction ?? ''}${step ?? given.step}`;
  const id = [given.operation, given.fault, given.role, where, moment].filter((part) => part !== null).join('/');
  return { ...given, id, moment, abortAt: given.abortAt ?? null };
};
