import { expect, test } from 'vitest';
import { exampleOperation, exampleStep } from './example-operation.ts';
import type { StatusDocument } from './status-document.ts';
import { controlPlaneText, formatBytes, statusText } from './status-text.ts';

const status: StatusDocument = {
  name: 'shop',
  stage: 2,
  health: 'degraded',
  pooling: { enabled: true, type: 'pgbouncer', endpoint: 'pgbouncer:5432' },
  routing: {
    enabled: true,
    type: 'haproxy',
    replicas: 1,
    rw_endpoint: 'haproxy:5432',
    ro_endpoint: 'haproxy:5433',
    stats_endpoint: 'haproxy:8404',
  },
  operation: null,
  checkpoint: null,
  id: 's1',
  project: 'default',
  postgres_major: 17,
  replicas: { count: 1, lag_bytes: [0, 50_331_648] },
  ha: {
    enabled: false,
    etcd_nodes: 0,
    patroni_nodes: 0,
    current_leader: null,
    patroni_version: null,
    etcd_version: null,
  },
  nodes: [
    {
      name: 'postgres-1',
      kind: 'postgres',
      role: 'primary',
      state: 'running',
      container: 'pgrow-x-postgres-1',
      lag_bytes: 0,
    },
    {
      name: 'postgres-2',
      kind: 'postgres',
      role: 'replica',
      state: 'exited',
      container: 'pgrow-x-postgres-2',
      lag_bytes: 50_331_648,
    },
    {
      name: 'pgbouncer-1',
      kind: 'pgbouncer',
      role: null,
      state: 'running',
      container: 'pgrow-x-pgbouncer-1',
      lag_bytes: null,
    },
  ],
};

test('a database: health and stage first, then every node with role, state and lag, then where to connect', () => {
  const text = statusText(status);
  expect(text[0]).toBe('shop: degraded, stage 2 (replicas)');
  expect(text).toContain('postgres-2   postgres   replica  exited   48 MB  pgrow-x-postgres-2');
  expect(text).toContain('pgbouncer-1  pgbouncer  -        running  -      pgrow-x-pgbouncer-1');
  expect(text).toContain('Pooled      pgbouncer:5432');
  expect(text).toContain('Read-only   haproxy:5433');
});

test('a router that keeps many processes for old connections is shown with what comes of it', () => {
  const note = 'keeps 30 processes for connections of before a reload';
  const front = {
    name: 'front',
    kind: 'front',
    role: null,
    state: 'running',
    container: 'x',
    lag_bytes: null,
  } as const;
  expect(statusText({ ...status, nodes: [{ ...front, note }] })).toContain(`front ${note}.`);
});

test('a running operation is shown with the step it is at', () => {
  const steps = [
    exampleStep({ status: 'done', duration_ms: 900 }),
    exampleStep({ name: 'wait until etcd has a quorum', status: 'running', detail: '2 of 3 answer' }),
  ];
  const text = statusText({ ...status, operation: exampleOperation({ steps }) });
  expect(text).toContain('Running: expand shop: pooling -> ha (0b7c1d2e-0000-4000-8000-000000000001)');
  expect(text).toContain('[2 of 2] > etcd  wait until etcd has a quorum  2 of 3 answer');
});

test('the control plane lists its databases, and says how to get one where there is none', () => {
  const plane = {
    api: 'http://127.0.0.1:20001',
    temporal_web: null,
    temporal_address: '127.0.0.1:20000',
    databases: [],
  };
  expect(controlPlaneText(plane).at(-1)).toBe('No databases yet. Create one: ./pgrow create NAME');
  const databases = [
    { name: 'shop', id: 's1', project: 'default', stage: 3 as const, health: 'healthy' as const, operation: null },
  ];
  expect(controlPlaneText({ ...plane, databases }).at(-1)).toBe('shop      3 ha   healthy  -');
});

test.each([
  [0, '0 B'],
  [24_576, '24 kB'],
  [1_048_576, '1 MB'],
  [5_368_709_120, '5 GB'],
])('%i bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('a window that is past its time promises no rollback', () => {
  const checkpoint = { rollback_available_until: '2026-01-01T10:30:00.000Z' } as StatusDocument['checkpoint'];
  const at = (time: string) => statusText({ ...status, checkpoint }, Date.parse(time)).at(-1);
  expect(at('2026-01-01T10:29:00Z')).toBe('Can be rolled back until 2026-01-01T10:30:00.000Z.');
  expect(at('2026-01-01T10:31:00Z')).toBe(
    'Its rollback window ended at 2026-01-01T10:30:00.000Z and is not closed yet. Close it: ./pgrow confirm shop',
  );
});

test('an operation that no worker has taken up says what it waits for', () => {
  const operation = exampleOperation({ waiting_for: 'a worker' });
  expect(statusText({ ...status, operation }).slice(-2)).toEqual([
    expect.stringContaining('Running: expand shop'),
    'Waits for a worker',
  ]);
});
