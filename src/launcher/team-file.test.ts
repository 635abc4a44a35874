import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { usualPrices } from '../domain/prices.ts';
import { usualRetention } from '../domain/retention.ts';
import { readPrices, readRetention } from './team-file.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pgrow-team-file-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const write = (content: string, file = 'prices.json'): void => writeFileSync(join(home, file), content);

test('a team pays what its file says, and for the rest the usual prices', () => {
  expect(readPrices(home)).toEqual(usualPrices);
  write('{ "postgres_per_gib": 12.5 }');
  expect(readPrices(home)).toEqual({ ...usualPrices, postgres_per_gib: 12.5 });
});

test('a file that cannot be right is refused, naming file, price and what is allowed', () => {
  write('{ "etcd": -1, "postgres_per_gb": 3 }');
  expect(() => readPrices(home)).toThrow(/prices\.json is invalid: .*etcd is -1, allowed: a number from 0/);
  expect(() => readPrices(home)).toThrow(/postgres_per_gb is 3, allowed: one of the names etcd, ha_storage/);
  write('{');
  expect(() => readPrices(home)).toThrow(/prices\.json is not JSON/);
});

test('history is kept as long as a team says, and what it does not name as long as usual', () => {
  expect(readRetention(home)).toEqual(usualRetention);
  write('{ "events_days": 30, "audit_days": null }', 'retention.json');
  expect(readRetention(home)).toEqual({ ...usualRetention, events_days: 30, audit_days: null });
  write('{ "events_days": 0 }', 'retention.json');
  expect(() => readRetention(home)).toThrow(/retention\.json is invalid: .*events_days is 0, allowed: /);
});
