import { expect, test } from 'vitest';
import { sampleOf, type Reading, type ServerReading } from './samples.ts';

const primary: ServerReading = {
  in_recovery: false,
  started: 1000,
  wal_bytes: 5000,
  xids: 700,
  max_connections: 100,
  connections: 61,
  connections_active: 4,
  connections_idle: 55,
  connections_idle_in_transaction: 2,
  commits: 10_000,
  rollbacks: 10,
  blocks_hit: 800,
  blocks_read: 200,
  round_trip_ms: 0.4,
};
const replica: ServerReading = { ...primary, in_recovery: true, wal_bytes: 4000, commits: 3000 };

const reading = (at: number, servers: Reading['servers'], change: Partial<Reading> = {}): Reading => ({
  at,
  servers,
  poolers: {},
  size_bytes: null,
  disk_free_bytes: null,
  ...change,
});

const first = reading(0, { 'postgres-1': primary, 'postgres-2': replica });
const later = (change: Partial<ServerReading> = {}) => ({
  ...primary,
  commits: 10_090,
  rollbacks: 20,
  xids: 725,
  blocks_hit: 890,
  blocks_read: 210,
  ...change,
});

test('rates are the change of counters by the time between, and shares what they are parts of', () => {
  const { values } = sampleOf(
    first,
    reading(5000, { 'postgres-1': later(), 'postgres-2': { ...replica, commits: 3030 } }),
  );
  expect(values).toMatchObject({
    'commits@postgres-1': 18,
    'rollbacks@postgres-1': 2,
    'commits@postgres-2': 6,
    // Of 100 transactions 25 took an id at most.
    'read_only@postgres-1': 0.75,
    'cache_hits@postgres-1': 0.9,
    reads_on_replicas: 0.25,
    'lag@postgres-2': 1000,
    'connections_idle@postgres-1': 55,
    'round_trip@postgres-1': 0.4,
  });
});

test('the first reading, a node that did not answer, and a long silence have no rates, which is not zero', () => {
  const rates = (sample: ReturnType<typeof sampleOf>) =>
    Object.keys(sample.values).filter((key) => /^(commits|rollbacks|cache_hits|read_only|reads_on)/.test(key));
  expect(rates(sampleOf(null, first))).toEqual([]);
  expect(rates(sampleOf(reading(0, {}), first))).toEqual([]);
  expect(rates(sampleOf(first, reading(120_000, { 'postgres-1': later() })))).toEqual([]);
  expect(sampleOf(first, reading(5000, {})).values).toEqual({});
});

test.for([
  ['a reset of the statistics', later({ commits: 3 })],
  ['a crash, after which they have outgrown what they were', later({ started: 2000, commits: 99_999 })],
])('%s is a gap, not a rate', ([, server]) => {
  const { values } = sampleOf(first, reading(5000, { 'postgres-1': server as ServerReading }));
  expect(values['commits@postgres-1']).toBeUndefined();
  expect(values['cache_hits@postgres-1']).toBeUndefined();
  expect(values['connections@postgres-1']).toBe(61);
});

test('a replica that was promoted goes on with its own counters', () => {
  const promoted = { ...replica, in_recovery: false, commits: 3050, xids: 710 };
  const { values } = sampleOf(first, reading(5000, { 'postgres-2': promoted }));
  expect(values).toMatchObject({ 'commits@postgres-2': 10, 'read_only@postgres-2': 0.8 });
  expect(values).not.toHaveProperty('reads_on_replicas');
});

test('without a primary no lag is known, and what nothing was read of has no share', () => {
  const { values } = sampleOf(first, reading(5000, { 'postgres-2': replica }));
  expect(values).not.toHaveProperty('lag@postgres-2');
  expect(values).not.toHaveProperty('cache_hits@postgres-2');
  expect(values['commits@postgres-2']).toBe(0);
});

test('a disk of which the engine does not say how much is free is left out', () => {
  const { values } = sampleOf(null, reading(0, {}, { disk_free_bytes: Infinity, size_bytes: 42 }));
  expect(values).toEqual({ size: 42 });
});
