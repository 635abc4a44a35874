import { priced } from './plan/priced.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { haTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import { planDestroy } from './plan/destroy.ts';
import type { Plan } from './plan.ts';
import { planOnRecord, toRecord } from './recorded-plan.ts';

const shop = sampleDatabase('shop');
const plan = priced(planDestroy({ ...shop, topology: haTopology(shop) }));
const record = JSON.parse(JSON.stringify(toRecord(plan))) as Record<string, unknown>;

/** Plans as earlier versions have opened operations with them. */
const plansOf = (history: string): readonly Plan[] => {
  const found: Plan[] = [];
  JSON.parse(history, (key, value: unknown) => {
    if (key !== 'data' || typeof value !== 'string') return value;
    const text = Buffer.from(value, 'base64').toString();
    if (text.startsWith('{"plan":')) found.push((JSON.parse(text) as { plan: Plan }).plan);
    return value;
  });
  return found;
};

test('a plan is read as it was recorded', () => {
  expect(record['schema']).toBe(1);
  expect(planOnRecord(record, 'op-1')).toEqual(plan);
});

test('plans of earlier versions, which name no schema, are read', () => {
  const folder = new URL('../../test/histories/', import.meta.url);
  const plans = readdirSync(folder).flatMap((name) => plansOf(readFileSync(new URL(name, folder), 'utf8')));
  expect(plans.length).toBeGreaterThan(20);
  for (const earlier of plans) expect(planOnRecord(earlier, 'op-1')).toEqual(earlier);
});

// A version that was taken back to an earlier one walked a plan whose steps it did not know, as far as it came.
test.each<[string, unknown, string]>([
  ['of a later schema', { ...record, schema: 2 }, 'it has schema 2, and this version of pgrow knows 1'],
  ['of none that there is', { ...record, schema: 'new' }, 'it has schema "new"'],
  [
    'with an action that is not known',
    { ...record, steps: [{ name: 'x', phase: 'y', run: { action: 'fly', input: {} }, undo: [] }] },
    'steps.0.run.action',
  ],
  [
    'without compensations',
    { ...record, steps: [{ name: 'x', phase: 'y', run: { action: 'removeEverything', input: {} } }] },
    'steps.0.undo',
  ],
  ['whose order names a step too many', { ...record, order: [{ lanes: [[{ step: 99 }]] }] }, 'order: names a step'],
  ['that is none', 'destroy', 'expected object'],
])('one %s is refused: which operation, why, and what to do', (_, recorded, reason) => {
  let error: unknown;
  try {
    planOnRecord(recorded, 'op-1');
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ code: 'needs_operator', message: expect.stringContaining(reason) });
  expect(error).toMatchObject({
    message: expect.stringMatching(/^The plan of operation op-1 .*\.\/pgrow up in a checkout/),
  });
});
