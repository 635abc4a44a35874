import { priced } from './priced.ts';
import { describe, expect, test } from 'vitest';
import { haTopology, replicaTopology, sampleDatabase } from '../../../test/support/sample-database.ts';
import type { NodeFault } from '../faults.ts';
import { operationInputs } from '../inputs.ts';
import { parseInput } from '../parse-input.ts';
import { neededNodes } from './needed-nodes.ts';
import { planOperation } from './plan-operation.ts';
import { planRepair } from './repair.ts';
import { planSetPooling } from './set-pooling.ts';

const shop = sampleDatabase('shop');
const atHa = { ...shop, topology: haTopology(shop) };
const withReplicas = { ...shop, topology: replicaTopology(shop) };
const missing = (...names: readonly string[]): readonly NodeFault[] =>
  names.map((name) => ({ name, state: 'missing', has_data: false }));

describe('a repair', () => {
  test('leaves the record, the stage and the cost as they are', () => {
    const plan = priced(
      planRepair({
        database: atHa,
        node: null,
        leader: 'postgres-2',
        faults: missing('etcd-1', 'haproxy-2'),
      }),
    );
    expect(plan).toMatchObject({ type: 'repair', nodes_added: [], nodes_removed: [], point_of_no_return: null });
    expect(plan.to).toEqual(plan.from);
    expect(plan.cost_after).toEqual(plan.cost_before);
    expect(plan.steps.map(({ run }) => run.action)).not.toContain('recordTopology');
  });

  // Front and routers had stopped, and their network was pruned: each repair failed at making their container.
  test.each([
    ['front', true],
    ['haproxy-1', true],
    ['postgres-2', false],
  ])('of %s begins by making sure of the networks: %s', (node, expected) => {
    const { steps } = planRepair({ database: withReplicas, node, leader: 'postgres-1', faults: missing(node) });
    expect(steps.map(({ run }) => run.action).indexOf('ensureNetwork')).toBe(expected ? 0 : -1);
    // Others may run in them by then.
    expect(steps.flatMap(({ undo }) => undo).map(({ action }) => action)).not.toContain('removeNetwork');
  });

  test('of one node does not wait for another that stays missing', () => {
    const faults = missing('haproxy-1', 'haproxy-2', 'postgres-4');
    const plan = planRepair({ database: atHa, node: 'haproxy-2', leader: 'postgres-2', faults });
    const needed = neededNodes(plan);
    expect([...needed].filter((name) => ['haproxy-1', 'postgres-4'].includes(name))).toEqual([]);
  });

  test.each(['stopped', 'frozen', 'unhealthy'] as const)('takes a node that is %s only when it is named', (state) => {
    const faults: readonly NodeFault[] = [{ name: 'haproxy-1', state, has_data: null }];
    const of = (node: string | null) => planRepair({ database: withReplicas, node, leader: 'postgres-1', faults });
    expect(of(null).steps).toEqual([]);
    expect(of('haproxy-1').point_of_no_return).toBe('remove what is left of haproxy-1');
  });

  test('never removes a primary’s volume, going forward or going back', () => {
    for (const has_data of [true, null]) {
      for (const state of ['missing', 'stopped'] as const) {
        const { steps } = planRepair({
          database: withReplicas,
          node: 'postgres-1',
          leader: 'postgres-1',
          faults: [{ name: 'postgres-1', state, has_data }],
        });
        const actions = steps.flatMap(({ run, undo }) => [run, ...undo]).map(({ action }) => action);
        expect(actions).toContain('ensureNode');
        expect(actions).not.toContain('removeNode');
      }
    }
  });

  test('of a replica beside a primary that is gone waits for the primary', () => {
    const faults = missing('postgres-1', 'postgres-2');
    const plan = planRepair({ database: withReplicas, node: 'postgres-2', leader: 'postgres-1', faults });
    expect(neededNodes(plan)).toContain('postgres-1');
  });
});

describe('a plan needs', () => {
  test('the nodes it works with, not those it makes or removes', () => {
    const pooling = { ...atHa.topology.pooling!, default_pool_size: 7 };
    const plan = planSetPooling({ database: atHa, pooling, closesWindowOf: null });
    expect([...neededNodes(plan)].toSorted()).toEqual(['front', 'haproxy-1', 'haproxy-2', 'haproxy-3', 'pgbouncer-1']);
  });
});

// "Nothing to do": at ha without one of its routers.
test('what has been reached already, but for a node that is missing, is said with the command that makes it again', () => {
  const input = parseInput(operationInputs.expand, { service_id: atHa.id, target: 'ha', ha: { failover_time: 10 } });
  const plan = planOperation('expand', input, {
    database: atHa,
    operation_id: '00000000',
    leader: 'postgres-2',
    candidates: [],
    faults: missing('haproxy-2'),
    last: null,
    restored: null,
  });
  expect(plan.steps).toEqual([]);
  expect(plan.warnings).toEqual(['haproxy-2 is missing and left aside. Rebuild it: ./pgrow repair shop haproxy-2']);
});

// The hand-over leaves it in maintenance at every HAProxy, where no check ever looks at it again.
test('a lost primary that comes back as a replica is given to the checks of HAProxy again', () => {
  const { steps } = planRepair({
    database: withReplicas,
    node: null,
    leader: 'postgres-1',
    faults: missing('postgres-1'),
    holdings: { heard: [{ name: 'postgres-2', timeline: 1, position: 1 }], unheard: [], last_known: null },
  });
  const actions = steps.map(({ run }) => run.action);
  expect(steps.find(({ run }) => run.action === 'readmitServer')?.run.input).toMatchObject({ server: 'postgres-1' });
  expect(actions.indexOf('readmitServer')).toBeGreaterThan(actions.indexOf('waitUntilStreaming'));
  expect(actions.indexOf('readmitServer')).toBeLessThan(actions.indexOf('waitUntilRouting'));
});
