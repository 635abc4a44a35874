import { describe, expect, test } from 'vitest';
import { haTopology, pooledTopology, replicaTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import { adviceFor } from './advice.ts';
import type { Situation } from './advice-kinds.ts';
import type { Sample } from './samples.ts';

const shop = sampleDatabase('shop');
const now = Date.parse('2026-11-29T12:00:00Z');

/** The same numbers every five seconds for so many minutes until now. */
const steady = (values: Sample['values'], minutes = 14): Sample[] =>
  Array.from({ length: minutes * 12 }, (_, index) => ({ at: now - (minutes * 12 - index) * 5000, values }));

const situation = (values: Sample['values'], change: Partial<Situation> = {}): Situation => ({
  topology: shop.topology,
  samples: steady(values),
  snapshots: [],
  older_images: [],
  storage: { limit_bytes: null, used_bytes: 31 * 1024 ** 3 },
  exists_ms: 0,
  now,
  ...change,
});
const codes = (...given: Parameters<typeof situation>) => adviceFor(situation(...given)).map(({ code }) => code);

const crowded = {
  'connections@postgres-1': 61,
  'connections_idle@postgres-1': 55,
  'connections_active@postgres-1': 4,
  'connections_limit@postgres-1': 200,
};
const reading = { 'read_only@postgres-1': 0.924, 'commits@postgres-1': 340 };

test('many idle connections: pooling, with the numbers and the plan that would follow', () => {
  expect(adviceFor(situation(crowded))).toEqual([
    {
      code: 'pooling',
      says: '61 connections, 55 idle: pooling would hold 20.',
      evidence: [
        expect.objectContaining({ name: 'connections', node: 'postgres-1', value: 61, unit: 'connections' }),
        expect.objectContaining({ name: 'connections_idle', value: 55 }),
        expect.objectContaining({ name: 'connections_active', value: 4 }),
      ],
      request: { path: 'pooling', body: {} },
    },
  ]);
  const [first] = adviceFor(situation(crowded))[0]!.evidence;
  expect(first!.over_ms).toBeGreaterThan(12 * 60_000);
  expect(Date.parse(first!.at)).toBeGreaterThan(now - 60_000);
});

describe('no pooling is advised', () => {
  test.for<[string, Parameters<typeof situation>]>([
    ['where it is on', [crowded, { topology: pooledTopology(shop) }]],
    ['for a few connections', [{ ...crowded, 'connections@postgres-1': 40 }]],
    ['for those that work', [{ ...crowded, 'connections_idle@postgres-1': 20 }]],
    ['where it would be full', [{ ...crowded, 'connections_active@postgres-1': 25 }]],
    ['for a peak', [{}, { samples: [...steady({ ...crowded, 'connections@postgres-1': 3 }), ...steady(crowded, 3)] }]],
    ['after a few minutes', [{}, { samples: steady(crowded, 5) }]],
    ['by old numbers', [{}, { samples: steady(crowded).map((each) => ({ ...each, at: each.at - 120_000 })) }]],
    ['without numbers', [{}]],
    ['where it is stopped', [crowded, { topology: { ...shop.topology, stopped: true } }]],
  ])('%s', ([, given]) => {
    expect(codes(...given)).toEqual([]);
  });
});

test('someone who looks, and has it measured more often, does not change what is advised', () => {
  const looked = Array.from({ length: 600 }, (_, index) => ({
    at: now - 60_000 + index * 100,
    values: { ...crowded, 'connections@postgres-1': 10 },
  }));
  expect(codes({}, { samples: [...steady(crowded).filter(({ at }) => at < now - 60_000), ...looked] })).toEqual([
    'pooling',
  ]);
});

test('connections that are nearly all taken', () => {
  const values = { ...crowded, 'connections_limit@postgres-1': 70, 'connections_idle@postgres-1': 20 };
  const more = { path: 'change', body: { memory: '2 GiB' } };
  expect(adviceFor(situation(values))).toMatchObject([
    { code: 'connections', says: expect.stringContaining('give the servers 2 GiB: then there are 400'), request: more },
  ]);
  // Those that were chosen do not grow with the memory.
  const nodes = shop.topology.nodes.map((node) => ({ ...node, chosen_settings: { max_connections: '70' } }));
  expect(adviceFor(situation(values, { topology: { ...shop.topology, nodes } }))).toMatchObject([{ request: null }]);
  // Which would mend it.
  expect(codes({ ...crowded, 'connections_limit@postgres-1': 70 })).toEqual(['pooling']);
});

test('clients that wait for a pool: a larger one, as far as the server has room', () => {
  const topology = pooledTopology(shop);
  const waiting = { 'pool_waiting@pgbouncer-1': 7 };
  expect(adviceFor(situation(waiting, { topology }))).toMatchObject([
    { code: 'pool_size', request: { path: 'pooling', body: { default_pool_size: 40 } } },
  ]);
  const bounded = { ...topology, pooling: { ...topology.pooling!, server_connections: 25 } };
  expect(adviceFor(situation(waiting, { topology: bounded }))).toMatchObject([{ code: 'pool_size', request: null }]);
  // More would be refused.
  const few = { ...topology, pooling: { ...topology.pooling!, max_client_connections: 30 } };
  expect(adviceFor(situation(waiting, { topology: few }))).toMatchObject([
    { request: { path: 'pooling', body: { default_pool_size: 30 } } },
  ]);
  const seldom = [...steady({ 'pool_waiting@pgbouncer-1': 0 }), ...steady(waiting, 4)];
  expect(codes({}, { topology, samples: seldom })).toEqual([]);
});

test('reads that a replica could serve', () => {
  expect(adviceFor(situation(reading))).toMatchObject([
    {
      code: 'replicas',
      says: expect.stringContaining('At least 92 % of 340 transactions a second'),
      request: { path: 'replicas', body: {} },
    },
  ]);
  expect(codes({ ...reading, 'commits@postgres-1': 20 })).toEqual([]);
  expect(codes({ ...reading, 'read_only@postgres-1': 0.5 })).toEqual([]);
  const topology = replicaTopology(shop);
  expect(codes({ ...reading, reads_on_replicas: 0.4 }, { topology })).toEqual([]);
  expect(adviceFor(situation({ ...reading, reads_on_replicas: 0.01 }, { topology }))).toMatchObject([
    { code: 'reads', request: null },
  ]);
});

test('a replica that stays behind, by name', () => {
  const topology = haTopology(shop);
  const behind = { 'lag@postgres-3': 200 * 1024 ** 2, 'lag@postgres-4': 5000 };
  expect(adviceFor(situation(behind, { topology }))).toMatchObject([
    { code: 'lag', says: expect.stringContaining('postgres-3 is 200 MB behind'), evidence: [{ node: 'postgres-3' }] },
  ]);
});

test('sessions that stay inside a transaction, a cache that is too small, a disk that is nearly full', () => {
  expect(codes({ 'connections_idle_in_transaction@postgres-1': 4 })).toEqual(['idle_in_transaction']);
  expect(codes({ 'connections_idle_in_transaction@postgres-1': 1 })).toEqual([]);
  expect(codes({ 'cache_hits@postgres-1': 0.82, 'commits@postgres-1': 50 })).toEqual(['cache']);
  expect(codes({ 'cache_hits@postgres-1': 0.82, 'commits@postgres-1': 1 })).toEqual([]);
  const gibibyte = 1024 ** 3;
  expect(codes({ disk_free: 30 * gibibyte, size: 20 * gibibyte })).toEqual(['disk']);
  expect(codes({ disk_free: 30 * gibibyte, size: 2 * gibibyte })).toEqual([]);
  expect(codes({ disk_free: gibibyte })).toEqual(['disk']);
});

test('an old snapshot, or none; a damaged one does not count', () => {
  const days = (count: number) => new Date(now - count * 86_400_000).toISOString();
  const snapshots = [
    { created_at: days(9), damage: null },
    { created_at: days(1), damage: 'a file is missing' },
  ];
  expect(adviceFor(situation({}, { snapshots }))).toMatchObject([
    { code: 'snapshot', says: expect.stringContaining('9 days old'), evidence: [{ value: 9, unit: 'days' }] },
  ]);
  expect(codes({}, { snapshots: [{ created_at: days(2), damage: null }] })).toEqual([]);
  expect(codes({}, { exists_ms: 3 * 86_400_000 })).toEqual([]);
  expect(codes({}, { exists_ms: 30 * 86_400_000 })).toEqual(['snapshot']);
});

test('servers of another image: the change that brings them to the newest', () => {
  const topology = replicaTopology(shop);
  const requestFor = (older_images: string[], of = topology) =>
    adviceFor(situation({}, { topology: of, older_images }))[0]?.request;
  const newest = { path: 'change', body: { image: 'newest' } };
  expect(requestFor(['postgres-1', 'postgres-2', 'front'])).toEqual(newest);
  expect(requestFor(['postgres-1'], shop.topology)).toEqual(newest);
  expect(codes({}, { topology, older_images: ['front'] })).toEqual([]);
});

test('the most pressing comes first', () => {
  expect(codes({ ...crowded, ...reading, disk_free: 1 }, { exists_ms: 30 * 86_400_000 })).toEqual([
    'disk',
    'pooling',
    'replicas',
    'snapshot',
  ]);
});

test('data that come near their limit are a finding, more pressing from 95 % on', () => {
  const limit_bytes = 50 * 1024 ** 3;
  const adviceAt = (share: number) =>
    adviceFor(situation({}, { storage: { limit_bytes, used_bytes: share * limit_bytes } }))[0];
  const saysAt = (share: number) => adviceAt(share)?.says;
  expect(saysAt(0.79)).toBeUndefined();
  expect(saysAt(0.8)).toMatch(/^The data take 40 of 50 GiB \(80 %\)\. .*Plan for more\.$/);
  expect(saysAt(0.96)).toMatch(/^The data take 48 of 50 GiB \(96 %\)\. .*raise the limit now\.$/);
  expect(adviceAt(0.96)?.request).toEqual({ path: 'change', body: { storage: '100 GiB' } });
});
