import { describe, expect, test } from 'vitest';
import {
  ha,
  planned,
  pooling,
  replicas,
  sessionPooling,
  starts,
  type Grown,
  type Request,
} from '../../../test/support/grown-databases.ts';
import { afterClose, afterRun, afterUndo } from '../../../test/support/planned-world.ts';
import { costOf } from '../cost.ts';
import { haOptions } from '../options.ts';
import type { Block } from '../plan.ts';
import { frontConfig, poolerConfig, routerConfig } from '../routes.ts';
import { nodesOf } from '../topology.ts';

/** What holds for every expansion, from every stage, with every choice. */

const requests: readonly (readonly [string, Request])[] = [
  ['pooling', { target: 'pooling' }],
  ['session pooling', { target: 'pooling', pooling: sessionPooling }],
  ['a replica', { target: 'replicas' }],
  ['a replica, with pooling', { target: 'replicas', pooling }],
  ['five replicas that confirm', { target: 'replicas', replicas: replicas({ count: 5, replication_mode: 'sync' }) }],
  ['replicas without HAProxy', { target: 'replicas', replicas: replicas({ count: 2, enable_haproxy: false }) }],
  ['ha', { target: 'ha' }],
  ['ha, with pooling', { target: 'ha', pooling }],
  ['ha with sync_all', { target: 'ha', ha: haOptions.parse({ sync_mode: 'sync_all', failover_time: 10 }) }],
];

/** Ways down, and other options than those of a stage that is reached already. */
const refused = (
  { database: { topology } }: Grown,
  { target, pooling: pooled, replicas: wanted, ha: wantedHa }: Request,
): boolean => {
  const differs = (present: unknown, asked: unknown) =>
    present !== null && JSON.stringify(present) !== JSON.stringify(asked);
  if (target === 'replicas' && (topology.stage === 3 || differs(topology.replicas, wanted ?? replicas()))) return true;
  if (target === 'pooling' || pooled) return differs(topology.pooling, pooled ?? pooling);
  return target === 'ha' && topology.ha !== null && topology.ha.sync_mode !== (wantedHa ?? ha).sync_mode;
};

const everything = starts.flatMap(([from, start]) => requests.map(([to, request]) => ({ from, to, start, request })));
const matrix = everything.filter(({ start, request }) => !refused(start, request));

test.each(everything.filter(({ start, request }) => refused(start, request)))(
  'from $from to $to is refused',
  ({ start, request }) => {
    expect(() => planned(start.database, request)).toThrow(/^(Cannot expand shop|shop is at that stage already)/);
  },
);

describe.each(matrix)('from $from to $to', ({ start: { database, world }, request }) => {
  const plan = planned(database, request);
  const to = plan.to!;
  const after = afterRun(world, plan);
  const pointOfNoReturn = plan.steps.findIndex((step) => step.point_of_no_return);
  const undoable = pointOfNoReturn === -1 ? plan.steps.length : pointOfNoReturn;

  test('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(plan))).toEqual(structuredClone(plan));
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  test('runs every step exactly once', () => {
    expect(stepsIn(plan.order).toSorted((a, b) => a - b)).toEqual(plan.steps.map((_, index) => index));
  });

  test('leaves nothing behind wherever it is undone', () => {
    for (let begun = 0; begun <= undoable; begun += 1) {
      expect([begun, afterUndo(afterRun(world, plan, begun), plan, begun)]).toEqual([begun, world]);
      // The last of them was registered, but never happened.
      const cut = afterRun(world, plan, Math.max(0, begun - 1));
      expect([begun, afterUndo(cut, plan, begun)]).toEqual([begun, world]);
    }
  });

  test('creates nothing that its undo does not remove, and nothing past the point of no return', () => {
    const creators = plan.steps.filter(({ run }) => run.action in undoOf);
    const kept = creators.filter(({ run, undo }) => !undo.some(({ action }) => action === undoOf[run.action]));
    expect(kept.map(({ name }) => name)).toEqual([]);
    const late = plan.steps.slice(undoable).filter(({ run }) => run.action in undoOf && run.action !== 'configureNode');
    expect(late.map(({ name }) => name)).toEqual([]);
  });

  test('ends with the nodes and routes of its topology', () => {
    expect(Object.keys(after.nodes).toSorted()).toEqual([...to.nodes, ...to.kept].map(({ name }) => name).toSorted());
    expect(after.nodes['front']).toEqual(frontConfig(to));
    for (const { name } of nodesOf(to, 'haproxy')) expect(after.nodes[name]).toEqual(routerConfig(to));
    for (const { name } of nodesOf(to, 'pgbouncer')) expect(after.nodes[name]).toEqual(poolerConfig(to, to.pooling!));
  });

  test('leaves only what its topology needs once the checkpoint is closed', () => {
    const closed = afterClose(after, plan);
    const readers = to.stage === 2 ? nodesOf(to, 'postgres').filter(({ name }) => name !== to.primary) : [];
    expect(Object.keys(closed.nodes).toSorted()).toEqual(to.nodes.map(({ name }) => name).toSorted());
    expect(closed.slots).toEqual(readers.map(({ name }) => `${to.primary}/${name.replace('-', '_')}`));
  });

  test('says what changes: nodes, cost, stage', () => {
    const before = database.topology.nodes.map(({ name }) => name);
    const names = to.nodes.map(({ name }) => name);
    expect([...before.filter((name) => !plan.nodes_removed.includes(name)), ...plan.nodes_added].toSorted()).toEqual(
      names.toSorted(),
    );
    expect(plan).toMatchObject({ type: 'expand', from: database.topology });
    expect([plan.cost_before, plan.cost_after]).toEqual([costOf(database.topology), costOf(to)]);
    expect(to.stage).toBeGreaterThanOrEqual(database.topology.stage);
    expect(new Set([...names, ...to.kept.map(({ name }) => name)]).size).toBe(names.length + to.kept.length);
  });

  test('has a point of no return, the cut-over, if and only if it goes to ha', () => {
    const marked = plan.steps.filter((step) => step.point_of_no_return ?? step.waits_for_signal);
    const cutsOver = to.stage === 3 && database.topology.stage < 3;
    expect(marked.map(({ run }) => run.action)).toEqual(cutsOver ? ['cutOver'] : []);
    expect(plan.point_of_no_return).toBe(marked[0]?.name ?? null);
    expect(plan.expected_stall_ms > 0).toBe(cutsOver);
    if (!cutsOver) return;
    const finishing = [
      'followNewPrimary',
      'configureNode',
      'waitUntilClusterHealthy',
      'verifyRoutes',
      'recordTopology',
    ];
    expect(plan.steps.slice(pointOfNoReturn + 1).map(({ run }) => run.action)).toSatisfy((actions: string[]) =>
      actions.every((action) => finishing.includes(action)),
    );
  });

  test('verifies and records at the end, after a snapshot wherever data moves', () => {
    const actions = plan.steps.map(({ run }) => run.action);
    expect(actions.slice(-2)).toEqual(actions.length === 0 ? [] : ['verifyRoutes', 'recordTopology']);
    expect(actions.length > 0 || to === database.topology).toBe(true);
    expect(actions.includes('takeSnapshot')).toBe(plan.snapshot !== null);
    expect(plan.snapshot !== null).toBe(to.stage >= 2 && to.stage > database.topology.stage);
  });
});

const undoOf: Readonly<Record<string, string>> = {
  ensureNode: 'removeNode',
  configureNode: 'configureNode',
  ensureReplicationSlot: 'removeReplicationSlot',
  ensurePermanentSlot: 'removePermanentSlot',
  takeSnapshot: 'removeSnapshot',
};

const stepsIn = (blocks: readonly Block[]): readonly number[] =>
  blocks.flatMap((block) => {
    if ('step' in block) return [block.step];
    return 'lanes' in block ? block.lanes.flatMap(stepsIn) : stepsIn(block.blocks);
  });
