import { describe, expect, test } from 'vitest';
import { sampleDatabase, samplePlan, haTopology, pooledTopology } from '../../test/support/sample-database.ts';
import { exampleOperation, exampleStep } from '../cli/example-operation.ts';
import type { Plan } from './plan.ts';
import { requestOf, commandToResume, resume, stepsDone, unfinishedOf } from './resumption.ts';

const shop = sampleDatabase('shop');
const asked = requestOf('expand', { target: 'ha', ha: { failover_time: 30, sync_mode: 'async' }, options: {} });
const plan: Plan = { ...samplePlan(shop, haTopology(shop)), point_of_no_return: 'hand over', asked };
const step = (name: string, status: 'done' | 'failed' | 'pending' | 'undone' | 'undo_failed') =>
  exampleStep({ name, phase: 'cut-over', status });
const ended = (...steps: ReturnType<typeof step>[]) =>
  exampleOperation({ status: 'needs_operator', point_of_no_return: 'hand over', steps });
const broken = ended(step('prepare', 'done'), step('hand over', 'done'), step('route', 'failed'));

describe('what an operation has left unfinished', () => {
  test('is its plan, with the steps that need not be done again', () => {
    expect(unfinishedOf(broken, plan)).toEqual({ operation: broken, plan });
    expect(stepsDone(broken)).toEqual([0, 1]);
  });

  test('begins right before the point of no return: no one knows whether it was reached', () => {
    expect(unfinishedOf(ended(step('prepare', 'done'), step('hand over', 'pending')), plan)).not.toBeNull();
  });

  test.each([
    [
      'if it was undone except for something that could not be removed',
      ended(step('prepare', 'undone'), step('hand over', 'pending')),
    ],
    ['where the first thing it was to do has no way back, and it did not begin', ended(step('hand over', 'pending'))],
    [
      'if the hand-over was called off, and something could not be removed',
      ended(step('prepare', 'undo_failed'), step('hand over', 'failed')),
    ],
    ['where it is done', exampleOperation({ ...broken, status: 'done' })],
  ])('is nothing %s', (_, operation) => expect(unfinishedOf(operation, plan)).toBeNull());

  test('is nothing where the record is still true, as when a replica is made again', () => {
    const anew = { ...plan, from: { ...haTopology(shop) }, to: { ...haTopology(shop), kept: [] } };
    expect(unfinishedOf(broken, anew)).toBeNull();
  });
});

test.each([
  ['expand', { target: 'ha', pooling: {} }, 'expand shop --to ha'],
  ['scaleDown', { target: 'single' }, 'scale-down shop --to single --yes'],
  ['scaleDown', { target: 'unpooled' }, 'pooling shop --off --yes'],
  ['setReplicas', { count: 3 }, 'replicas shop 3'],
  [
    'changeDatabase',
    {
      memory: 4 * 1024 ** 3,
      cpus: 0.5,
      storage: null,
      settings: { jit: null, search_path: `"it's", b` },
      image: 'newest',
    },
    `change shop --memory 4GiB --cpus 0.5 --storage none --reset jit --set 'search_path="it'\\''s", b' --image newest --yes`,
  ],
  [
    'changeDatabase',
    { memory: 768 * 1024 ** 2, storage: 50 * 1024 ** 3, settings: { work_mem: '64MB' }, extensions: ['vector'] },
    'change shop --memory 768MiB --storage 50GiB --set work_mem=64MB --extension vector --yes',
  ],
  ['switchover', {}, 'switchover shop'],
  ['switchover', { target_node: 'postgres-3' }, 'switchover shop postgres-3'],
  ['reinitialize', { node: 'postgres-3' }, 'reinit shop postgres-3'],
  ['repair', {}, 'repair shop'],
  ['repair', { node: 'haproxy-2' }, 'repair shop haproxy-2'],
  ['rollback', {}, 'rollback shop'],
  ['failover', { target_node: 'postgres-3' }, 'failover shop postgres-3 --yes'],
  ['failover', {}, 'failover shop --yes'],
  ['rotateDatabase', { how: 'at_once' }, 'rotate shop --password --yes'],
  ['takeSnapshot', {}, 'snapshots shop --take'],
  ['stopDatabase', {}, 'stop shop --yes'],
  ['startDatabase', {}, 'start shop'],
  ['destroyDatabase', {}, 'destroy shop'],
] as const)('%s %j is asked for again by a command', (workflow, input, command) =>
  expect(commandToResume('shop', requestOf(workflow, input))).toBe(`./pgrow ${command}`),
);

describe('continuing', () => {
  const unfinished = { operation: broken, plan };

  test('accepts the same request from any caller, with its options in any order', () => {
    const again = {
      ha: { sync_mode: 'async', failover_time: 30 },
      target: 'ha',
      actor: 'another',
      operation_id: 'new',
    };
    expect(resume('shop', requestOf('expand', again), unfinished)).toBe(plan);
  });

  test.each([
    ['another option', requestOf('expand', { target: 'ha', ha: { failover_time: 10, sync_mode: 'async' } })],
    ['another operation', requestOf('scaleDown', { target: 'single' })],
  ])('is refused with %s, in words that say what to do', (_, otherwise) =>
    expect(() => resume('shop', otherwise, unfinished)).toThrow(
      expect.objectContaining({
        code: 'refused',
        message: expect.stringMatching(
          /^The last expand of shop stopped after its point of no return .* Repeat it with the same options /,
        ),
      }),
    ),
  );

  // The one that was chosen may be gone as well by then, and nothing else could be done with the database.
  test('a failover goes on with another successor until one has taken over', () => {
    const killing = { ...plan.steps[0]!, name: 'kill', point_of_no_return: true } as const;
    const failover: Plan = { ...plan, steps: [killing], asked: requestOf('failover', {}) };
    const another = requestOf('failover', { target_node: 'postgres-4' });
    const waiting = { operation: ended(step('kill', 'failed')), plan: failover };
    expect(resume('shop', another, waiting)).toBeNull();
    expect(resume('shop', requestOf('failover', {}), waiting)).toBe(failover);
    const promoted = { operation: ended(step('kill', 'done'), step('follow', 'failed')), plan: failover };
    expect(() => resume('shop', another, promoted)).toThrow('The last');
  });

  test('is no matter of a destroy', () => {
    expect(resume('shop', requestOf('destroyDatabase', {}), unfinished)).toBeNull();
  });

  test('finds plans equal whose keys come in another order', () => {
    const { stage, ...rest } = pooledTopology(shop);
    const same = { ...plan, from: pooledTopology(shop), to: { ...rest, stage } };
    expect(unfinishedOf(broken, same)).toBeNull();
  });
});
