import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  haTopology,
  nothingHeld,
  pooledTopology,
  replicaTopology,
  sampleDatabase,
  singleTopology,
} from '../../../test/support/sample-database.ts';
import { toConfirm } from '../confirmation.ts';
import type { Facts } from '../facts.ts';
import { operationInputs, type OperationInput, type OperationWorkflow, type ParsedInput } from '../inputs.ts';
import { parseInput } from '../parse-input.ts';
import type { Plan } from '../plan.ts';
import { planOperation } from './plan-operation.ts';

type Wish<W extends OperationWorkflow> = Omit<OperationInput<W>, 'service_id'>;

/** The plan for a shop whose server holds this. */
const planned = <W extends OperationWorkflow>(
  workflow: W,
  wish: Wish<W>,
  topologyOf: typeof singleTopology,
  holds: Partial<Facts>,
  last: Pick<Plan, 'type' | 'from' | 'to'> | null = null,
): Plan => {
  const shop = sampleDatabase('shop');
  const database = { ...shop, topology: topologyOf(shop) };
  const { primary: leader, nodes } = database.topology;
  const candidates = nodes
    .filter(({ kind, name }) => kind === 'postgres' && name !== leader)
    .map(({ name }) => ({ name, state: 'streaming', lag_bytes: 0, synchronous: false }));
  const input = parseInput(operationInputs[workflow] as unknown as z.ZodType<ParsedInput<W>>, {
    service_id: shop.id,
    ...wish,
  });
  return planOperation(workflow, input, {
    database,
    operation_id: shop.id,
    leader,
    candidates,
    last: last ?? null,
    restored: null,
    facts: { ...nothingHeld(leader), ...holds },
  });
};

const sessions: Partial<Facts> = {
  unlogged: { count: 2, names: ['shop.public.sessions', 'stats.public.raw'] },
};
const cdc: Partial<Facts> = {
  logical_slots: [{ name: 'cdc', database: 'shop', plugin: 'pgoutput', active: true }],
};
const ts: Partial<Facts> = { tablespaces: [{ name: 'ts', location: '/var/lib/postgresql/ts' }] };

/** What is recorded of an expansion to ha that can be rolled back. */
const grown = () => {
  const shop = sampleDatabase('shop');
  return { type: 'expand', from: pooledTopology(shop), to: haTopology(shop) } as const;
};

// 1,000 rows in an unlogged table were gone after expand, rollback and switchover, "done" each time, without a word.
describe('unlogged tables', () => {
  test.each([
    ['expand to ha', () => planned('expand', { target: 'ha' }, pooledTopology, sessions)],
    ['rollback from ha', () => planned('rollback', {}, haTopology, sessions, grown())],
    ['switchover at stage 3', () => planned('switchover', {}, haTopology, sessions)],
    ['switchover at stage 2', () => planned('switchover', {}, replicaTopology, sessions)],
    ['scale-down from ha', () => planned('scaleDown', { target: 'pooling', confirm: true }, haTopology, sessions)],
  ])('are named by %s, which asks', (_, plan) => {
    const { warnings, losses } = plan();
    expect(losses).toEqual([
      expect.stringMatching(/Empties 2 unlogged tables.*: shop\.public\.sessions, stats\.public\.raw\./),
    ]);
    expect(warnings).toEqual(expect.arrayContaining([...losses!]));
  });

  test.each([
    ['expand to replicas', () => planned('expand', { target: 'replicas' }, singleTopology, sessions)],
    ['expand to pooling', () => planned('expand', { target: 'pooling' }, singleTopology, sessions)],
    ['another number of replicas', () => planned('setReplicas', { count: 3 }, replicaTopology, sessions)],
  ])('are nothing to ask for where writes stay: %s', (_, plan) => {
    expect(toConfirm(plan())).toBeNull();
  });

  test('are named in part where there are many', () => {
    const names = Array.from({ length: 20 }, (_, index) => `shop.public.t${index}`);
    const { losses } = planned('switchover', {}, haTopology, { unlogged: { count: 400, names } });
    expect(losses![0]).toContain('shop.public.t9 and 390 more');
  });
});

describe('logical slots', () => {
  test.each([
    ['expand to ha', () => planned('expand', { target: 'ha' }, pooledTopology, cdc)],
    ['switchover', () => planned('switchover', {}, haTopology, cdc)],
    ['scale-down from ha', () => planned('scaleDown', { target: 'single', confirm: true }, haTopology, cdc)],
  ])('keep %s from beginning, which says how to go on', (_, plan) => {
    expect(plan).toThrow(/slot cdc \(shop, pgoutput, in use\) exists on .* only.*pg_drop_replication_slot\('cdc'\)/);
  });

  test('are lost by a rollback only after a confirmation', () => {
    const { losses } = planned('rollback', {}, haTopology, cdc, grown());
    expect(losses).toEqual([expect.stringContaining('logical slot cdc')]);
  });

  test('stay where writes stay', () => {
    expect(toConfirm(planned('expand', { target: 'replicas' }, singleTopology, cdc))).toBeNull();
  });
});

describe('tablespaces', () => {
  test.each([
    ['expand to replicas', () => planned('expand', { target: 'replicas' }, singleTopology, ts)],
    ['expand to ha', () => planned('expand', { target: 'ha' }, pooledTopology, ts)],
    ['another replica', () => planned('setReplicas', { count: 3 }, replicaTopology, ts)],
    ['a replica anew', () => planned('reinitialize', { node: 'postgres-2' }, replicaTopology, ts)],
  ])('keep %s from copying what has no place elsewhere', (_, plan) => {
    expect(plan).toThrow(/tablespace ts at \/var\/lib\/postgresql\/ts lies outside.*DROP TABLESPACE ts/);
  });

  test('do not keep a database from a lower stage', () => {
    const plan = planned('scaleDown', { target: 'single', confirm: true }, replicaTopology, ts);
    expect(plan.nodes_removed).toContain('postgres-2');
  });
});

describe('what could not be read', () => {
  const silent: Partial<Facts> = { unknown: ['unlogged tables of shop (no answer in time)'] };

  test('is said, and asked for where writes move', () => {
    const { losses } = planned('switchover', {}, haTopology, silent);
    expect(losses).toEqual([expect.stringContaining('Not known: unlogged tables of shop (no answer in time).')]);
  });

  test('is only said where they stay', () => {
    const plan = planned('expand', { target: 'replicas' }, singleTopology, silent);
    expect(plan.warnings).toContainEqual(expect.stringContaining('Not known'));
    expect(toConfirm(plan)).toBeNull();
  });
});
