import { expect, test } from 'vitest';
import { choose, summaryOf, viewOf } from './choose.ts';
import { exampleEntry } from './example-entries.ts';

const entries = [
  exampleEntry('archive', { health: 'unknown', attention: 'unknown', created_at: '2026-01-03T10:00:00.000Z' }),
  exampleEntry('shop', { stage: 3, monthly_usd: 80, max_lag_bytes: 24_576, project: 'Sales' }),
  exampleEntry('billing', { stage: 2, monthly_usd: 35, max_lag_bytes: 0 }),
  exampleEntry('orders', { health: 'down', attention: 'down' }),
];
const namesAt = (search: string) => choose(entries, viewOf(new URLSearchParams(search))).map(({ name }) => name);

test.each([
  ['', ['orders', 'archive', 'billing', 'shop']],
  ['?sort=name', ['archive', 'billing', 'orders', 'shop']],
  ['?sort=created', ['archive', 'billing', 'orders', 'shop']],
  ['?sort=cost', ['shop', 'billing', 'archive', 'orders']],
  ['?sort=lag', ['shop', 'billing', 'archive', 'orders']],
  ['?sort=toString', ['orders', 'archive', 'billing', 'shop']],
])('the address %j orders them %j', (search, names) => expect(namesAt(search)).toEqual(names));

test.each([
  ['?q=or', ['orders']],
  ['?q=%20SALES', ['shop']],
  ['?q=4f-b', ['billing']],
  ['?show=attention', ['orders', 'archive']],
  ['?show=healthy&stage=2', ['billing']],
  ['?stage=1', []],
])('the address %j leaves %j', (search, names) => expect(namesAt(search)).toEqual(names));

test('a filter goes by what the rows say: one that changes is not among the healthy', () => {
  const operation = {
    id: 'o',
    type: 'expand',
    step: 1,
    steps: 9,
    phase: null,
    waiting_for: null,
    monthly_usd: 80,
  } as const;
  const all = [exampleEntry('shop', {}), exampleEntry('billing', { operation })];
  const at = (search: string) => choose(all, viewOf(new URLSearchParams(search))).map(({ name }) => name);
  expect(at('?show=healthy')).toEqual(['shop']);
  expect(at('?show=changing')).toEqual(['billing']);
});

test('the summary counts and adds up', () => {
  expect(summaryOf(entries)).toEqual({ count: 4, attention: 2, monthly_usd: 145 });
});
