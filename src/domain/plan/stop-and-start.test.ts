import { describe, expect, test } from 'vitest';
import { startNamed, starts } from '../../../test/support/grown-databases.ts';
import type { Database } from '../database.ts';
import type { NodeFault } from '../faults.ts';
import { operationInputs, type OperationWorkflow, type ParsedInput } from '../inputs.ts';
import type { Plan } from '../plan.ts';
import { nodesOf, type Topology } from '../topology.ts';
import type { Circumstances } from './circumstances.ts';
import { planOperation } from './plan-operation.ts';

const plan = (
  workflow: OperationWorkflow,
  database: Database,
  change: Partial<Circumstances> = {},
  input: object = {},
): Plan =>
  planOperation(
    workflow,
    operationInputs[workflow].parse({ service_id: database.id, ...input }) as ParsedInput<OperationWorkflow>,
    {
      database,
      operation_id: '00000000',
      leader: database.topology.primary,
      candidates: [],
      last: null,
      restored: null,
      ...change,
    },
  );

const names = ({ steps }: Pick<Plan, 'steps'>): readonly string[] => steps.map(({ name }) => name);

const stopped = (start: string): Database => {
  const { database } = startNamed(start);
  return { ...database, topology: plan('stopDatabase', database).to! };
};

/** As the engine sees the nodes of a database that is down. */
const down = ({ nodes }: Topology): readonly NodeFault[] =>
  nodes.map(({ name, volume }) => ({ name, state: 'stopped', has_data: volume === null ? null : true }));

describe.each(starts)('a stop of %s', (_, { database }) => {
  const { topology } = database;
  const stop = plan('stopDatabase', database);

  test('is on record before the first node stops, and the leader stops last of all servers', () => {
    const kinds = stop.steps.flatMap(({ run }) => (run.action === 'stopNode' ? [run.input.node] : []));
    expect(stop.steps[0]?.run).toMatchObject({ action: 'recordTopology', input: { topology: { stopped: true } } });
    expect(kinds.map(({ name }) => name).toSorted()).toEqual(topology.nodes.map(({ name }) => name).toSorted());
    expect(kinds[0]?.kind).toBe('front');
    expect(kinds.filter(({ kind }) => kind === 'postgres').at(-1)?.name).toBe(topology.primary);
    expect(stop.point_of_no_return).toBe(`stop ${topology.primary}`);
  });

  test('starts again what it had stopped, should it be undone before the leader stops', () => {
    const noReturn = stop.steps.findIndex((step) => step.point_of_no_return);
    const changes = stop.steps.slice(0, noReturn).filter(({ run }) => run.action !== 'waitUntilCaughtUp');
    expect(changes.filter(({ undo }) => undo.length === 0)).toEqual([]);
  });

  test('has to be confirmed, for it is an outage, and costs nothing but storage afterwards', () => {
    expect(stop.warnings).toEqual([expect.stringContaining('is down until ./pgrow start shop')]);
    expect(stop.cost_after.items.map(({ kind }) => kind)).toEqual(topology.ha ? ['storage'] : []);
  });

  test('is reversed by a start: all that stopped starts, the leader first of all servers, the front last', () => {
    const start = plan('startDatabase', { ...database, topology: stop.to! }, { faults: down(topology) });
    const started = start.steps.flatMap(({ run }) => (run.action === 'startNode' ? [run.input.node] : []));
    expect(started.map(({ name }) => name).toSorted()).toEqual(topology.nodes.map(({ name }) => name).toSorted());
    expect(started.find(({ kind }) => kind === 'postgres')?.name).toBe(topology.primary);
    expect(started.at(-1)?.kind).toBe('front');
    expect(start.to).toEqual({ ...topology, kept: [] });
    expect(start.point_of_no_return).toBeNull();
  });

  test('is reversed by a start that takes its primary and the front, and does without any other node', () => {
    const start = plan('startDatabase', { ...database, topology: stop.to! }, { faults: down(topology) });
    const needed = start.steps.flatMap(({ run }) =>
      run.action === 'startNode' && !run.input.can_do_without ? [run.input.node.name] : [],
    );
    expect(needed).toEqual([topology.primary, 'front']);
    const waits = start.steps.flatMap(({ run }) =>
      'aside' in run.input ? run.input.aside.map(({ name }) => name) : [],
    );
    expect(new Set(waits)).toEqual(
      new Set(topology.nodes.map(({ name }) => name).filter((name) => !needed.includes(name))),
    );
  });
});

describe('a stop', () => {
  const { database } = startNamed('ha, pooled');

  test('of a stopped database has nothing to do, but for what someone has started by hand', () => {
    const again = stopped('ha, pooled');
    const all = down(again.topology);
    expect(names(plan('stopDatabase', again, { faults: all }))).toEqual([]);
    const faults = all.filter(({ name }) => name !== 'postgres-2');
    expect(names(plan('stopDatabase', again, { faults }))).toContain('stop postgres-2');
  });

  test('that is undone does without what did not run before it either', () => {
    const faults = [{ name: 'haproxy-2', state: 'stopped', has_data: null }] as const;
    const undone = plan('stopDatabase', database, { faults }).steps.flatMap(({ undo }) => undo);
    const spared = undone.flatMap((call) =>
      call.action === 'startNode' && call.input.can_do_without ? [call.input.node.name] : [],
    );
    expect(spared).toEqual(['haproxy-2']);
  });

  test('is refused while a rollback window is open, with the command that closes it', () => {
    const last = { type: 'expand', from: null, to: database.topology } as const;
    expect(() => plan('stopDatabase', database, { last })).toThrow('./pgrow confirm shop');
  });

  test('is refused where no server takes writes: there is no order in which nothing is lost', () => {
    expect(() => plan('stopDatabase', database, { leaderless: true })).toThrow('no server takes writes');
    const faults = [{ name: database.topology.primary, state: 'stopped', has_data: true }] as const;
    expect(() => plan('stopDatabase', database, { faults })).toThrow('does not run');
  });
});

describe('a stopped database', () => {
  const others: readonly (readonly [OperationWorkflow, object])[] = [
    ['expand', { target: 'ha' }],
    ['scaleDown', { target: 'single' }],
    ['setReplicas', { count: 3 }],
    ['setPooling', {}],
    ['switchover', {}],
    ['reinitialize', { node: 'postgres-2' }],
    ['repair', {}],
  ];
  test.each(others)('refuses %s, with the command that starts it', (workflow, input) => {
    expect(() => plan(workflow, stopped('ha, pooled'), {}, input)).toThrow(
      'shop is stopped. Start it first: ./pgrow start shop',
    );
  });

  test('can be destroyed', () => {
    expect(names(plan('destroyDatabase', stopped('one replica')))).toContain('remove postgres-1');
  });
});

// `docker container prune` on a host removes what is stopped.
describe('a start after someone removed stopped containers', () => {
  const gone = (database: Database, ...lost: readonly [string, boolean | null][]) =>
    down(database.topology)
      .filter(({ name }) => !lost.some(([node]) => node === name))
      .concat(lost.map(([name, has_data]) => ({ name, state: 'missing', has_data }) as const));

  test('creates them again around their volumes', () => {
    const database = stopped('ha, pooled');
    const { primary } = database.topology;
    const faults = gone(database, [primary, true], ['etcd-1', true], ['haproxy-2', null], ['front', null]);
    const start = names(plan('startDatabase', database, { faults }));
    for (const name of [primary, 'etcd-1', 'haproxy-2', 'front']) expect(start).toContain(`start ${name}`);
  });

  test('leaves out a replica that has lost its data, and says how to rebuild it', () => {
    const database = stopped('one replica');
    const start = plan('startDatabase', database, { faults: gone(database, ['postgres-2', false]) });
    expect(names(start)).not.toContain('start postgres-2');
    expect(start.warnings).toContainEqual(expect.stringContaining('./pgrow repair shop postgres-2'));
    expect(start.to?.nodes.map(({ name }) => name)).toContain('postgres-2');
  });

  test('is refused where what was written last, or the majority of etcd, is gone', () => {
    const database = stopped('ha, pooled');
    const { primary } = database.topology;
    expect(() => plan('startDatabase', database, { faults: gone(database, [primary, false]) })).toThrow(
      `${primary} held what was written last`,
    );
    const [first, second] = nodesOf(database.topology, 'etcd').map(({ name }) => name);
    expect(() =>
      plan('startDatabase', database, { faults: gone(database, [first!, false], [second!, false]) }),
    ).toThrow('no majority');
  });

  test('of one that is not stopped has nothing to do', () => {
    expect(names(plan('startDatabase', startNamed('ha').database))).toEqual([]);
  });
});
