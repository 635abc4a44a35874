import { describe, expect, test } from 'vitest';
import { startNamed, starts } from '../../../test/support/grown-databases.ts';
import type { Database } from '../database.ts';
import { takeSnapshotInput } from '../inputs.ts';
import type { Circumstances } from './circumstances.ts';
import { planOperation } from './plan-operation.ts';

const plan = (database: Database, change: Partial<Circumstances> = {}, wish: object = {}) =>
  planOperation('takeSnapshot', takeSnapshotInput.parse({ service_id: database.id, ...wish }), {
    database,
    operation_id: '1a2b3c4d-0000-4000-8000-000000000000',
    leader: database.topology.primary,
    candidates: [],
    last: null,
    restored: null,
    ...change,
  });

describe.each(starts)('a snapshot of %s', (_, { database }) => {
  const taken = plan(database);

  test('is one step, undone as a whole, that changes nothing of the database', () => {
    expect(taken.steps.map(({ run, undo }) => [run.action, ...undo.map(({ action }) => action)])).toEqual([
      ['takeSnapshot', 'removeSnapshot'],
    ]);
    expect(taken).toMatchObject({ type: 'snapshot', expected_stall_ms: 0, nodes_added: [], nodes_removed: [] });
    expect(taken.to).toEqual(taken.from);
    expect(taken.cost_after).toEqual(taken.cost_before);
  });

  test('is kept for a day, or as long as is asked for', () => {
    expect(taken.steps[0]?.run).toMatchObject({ input: { snapshot: 'snap-1a2b3c4d', keep_for_seconds: 86_400 } });
    expect(plan(database, {}, { keep_for: 604_800 }).steps[0]?.run).toMatchObject({
      input: { keep_for_seconds: 604_800 },
    });
  });
});

test('is taken of the server that leads', () => {
  const { database } = startNamed('ha');
  expect(plan(database, { leader: 'postgres-3' }).steps[0]).toMatchObject({
    name: 'take and verify snapshot of postgres-3',
  });
});

test('leaves an open rollback window open, and what that keeps on record', () => {
  const { database } = startNamed('ha');
  const kept = [{ ...database.topology.nodes[0]!, name: 'postgres-9' }];
  const last = plan(database);
  const taken = plan({ ...database, topology: { ...database.topology, kept } }, { last });
  expect(taken.closes_window).toBeNull();
  expect(taken.warnings).toEqual([]);
  expect(taken.to?.kept).toEqual(kept);
});

test.each([
  ['no server takes writes', { leaderless: true }, 'no server takes writes'],
  [
    'its leader is gone',
    { faults: [{ name: 'postgres-2', state: 'missing', has_data: false }], leader: 'postgres-2' },
    'missing',
  ],
] satisfies [string, Partial<Circumstances>, string][])('is refused where %s', (_, circumstances, reason) => {
  expect(() => plan(startNamed('ha').database, circumstances)).toThrow(reason);
});

test('is refused of a database that is stopped', () => {
  const { database } = startNamed('ha');
  expect(() => plan({ ...database, topology: { ...database.topology, stopped: true } })).toThrow('./pgrow start');
});
