import { expect, test } from 'vitest';
import { exampleOperation, exampleStep } from './example-operation.ts';
import { exampleNode, exampleStatus } from './example-status.ts';
import type { StatusDocument } from './status-document.ts';
import { controlPlaneText, databasesText, statusText } from './status-text.ts';

const status = exampleStatus;

test('a database: health and stage first, then every node with role, state and lag, then where to connect', () => {
  const text = statusText(status);
  expect(text[0]).toBe('shop: degraded, stage 2 (replicas)');
  expect(text).toContain('postgres-2   postgres   replica  stopped  48 MB  pgrow-x-postgres-2');
  expect(text).toContain('pgbouncer-1  pgbouncer  -        running  -      pgrow-x-pgbouncer-1');
  expect(text).toContain('Pooled      pgbouncer:5432');
  expect(text).toContain('Read-only   haproxy:5433');
  expect(text).toContain('Any node    haproxy:5434');
});

// An operation that pgrow had begun by itself could not continue, and status continued saying "healthy, stage 3".
test('an operation that needs an operator is shown with what it says and the command that finishes it', () => {
  const error = {
    code: 'not_ready',
    message: 'Waited 120 s for postgres-3:5432 to report its WAL position.',
    step: 'give postgres-1 everything that any member holds',
    left_over: [{ what: 'it did not finish', command: './pgrow rollback shop' }],
  };
  const unfinished_operation = exampleOperation({ type: 'rollback', status: 'needs_operator', error });
  const text = statusText({ ...status, unfinished_operation });
  expect(text).toContain('rollback shop: pooling -> ha: needs an operator.');
  expect(text).toContain(
    'Step "give postgres-1 everything that any member holds": Waited 120 s for postgres-3:5432 to report its WAL position.',
  );
  expect(text).toContain('Left over: it did not finish. Finish with: ./pgrow rollback shop');
});

test('its size, what it may hold and what was chosen for it are shown', () => {
  const gibibyte = 1024 ** 3;
  const storage = { limit_bytes: 50 * gibibyte, used_bytes: 31 * gibibyte };
  const settings = { chosen: { work_mem: '64MB', jit: 'off' }, by_alter_system: {} };
  const text = statusText({ ...status, storage, settings });
  expect(text).toContain('Storage     31 of 50 GiB');
  expect(text).toContain('Settings    work_mem = 64MB, jit = off');
  expect(statusText(status).some((line) => line.startsWith('Storage'))).toBe(false);
});

test('an API from before there were settings and storage is shown without them', () => {
  const { settings: _, storage: __, ...older } = status;
  expect(statusText(older)).toEqual(statusText(status));
});

test('what ALTER SYSTEM has set is shown with the command that takes it over', () => {
  const by_alter_system = { 'app.api_key': '(not shown)', search_path: 'a, b' };
  const primary = exampleNode({
    name: 'postgres-1',
    kind: 'postgres',
    state: 'running',
    container: 'x',
    role: 'primary',
  });
  expect(statusText({ ...status, nodes: [primary], settings: { chosen: {}, by_alter_system } })).toContain(
    'ALTER SYSTEM has set app.api_key = (not shown), search_path = a, b on postgres-1 alone. ' +
      "The next change makes that hold on every server: ./pgrow change shop --set search_path='a, b'",
  );
});

test('what is wrong or cannot be seen is said in sentences', () => {
  const notice = "postgres-2 refuses pgrow's login: password authentication failed (28P01).";
  expect(statusText({ ...status, health: 'unknown', notices: [notice] }).slice(0, 3)).toEqual([
    'shop: unknown, stage 2 (replicas)',
    notice,
    '',
  ]);
});

test('servers with an older image are named with its age and the command that brings them to the newest', () => {
  const server = (name: string, newest: boolean) =>
    exampleNode({
      name,
      kind: 'postgres',
      state: 'running',
      container: `pgrow-x-${name}`,
      image: { reference: 'pgrow/postgres:17-1', newest, made_at: '2026-01-01T00:00:00.000Z' },
    });
  const nodes = [server('postgres-1', false), server('postgres-2', true)];
  expect(statusText({ ...status, nodes }, Date.parse('2026-01-22T00:00:00.000Z'))).toContain(
    'postgres-1 runs an older image than servers are made from now (built 3 weeks ago). The newest: ./pgrow change shop --image newest',
  );
});

test('a router that keeps many processes for old connections is shown with what comes of it', () => {
  const note = 'keeps 30 processes for connections of before a reload';
  const front = exampleNode({ name: 'front', kind: 'front', state: 'running', container: 'x' });
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
    console: null,
    temporal_web: null,
    temporal_address: '127.0.0.1:20000',
    databases: [],
  };
  expect(controlPlaneText(plane).at(-1)).toBe('No databases yet. Create one: ./pgrow create NAME');
  const databases = [
    {
      name: 'shop',
      id: 's1',
      project: 'default',
      stage: 3 as const,
      health: 'healthy' as const,
      seen_at: '2026-01-01T10:00:00.000Z',
      age_ms: 3210,
      notice: null,
      operation: null,
    },
  ];
  expect(controlPlaneText({ ...plane, databases }).at(-1)).toBe('shop      3 ha   healthy  3 s ago  -');
});

// A monitor that had stopped an hour ago left "healthy" behind.
test('a list says how old it is, and why nothing is known of a database that was not looked at', () => {
  const unseen = { id: 's1', project: 'default', stage: 0 as const, health: 'unknown' as const, operation: null };
  const old = { ...unseen, name: 'old', seen_at: '2026-01-01T10:00:00.000Z', age_ms: 3_600_000, notice: 'Not seen.' };
  const young = { ...unseen, name: 'new', seen_at: null, age_ms: null, notice: null };
  expect(databasesText([old, young]).slice(1)).toEqual([
    'old       0 single  unknown  1 h 0 min ago  -',
    'new       0 single  unknown  never          -',
    'old: Not seen.',
  ]);
});

test('the state of a database that was not looked at for this request says how old it is', () => {
  expect(statusText({ ...status, age_ms: 3210 })[0]).toBe('shop: degraded, stage 2 (replicas), seen 3 s ago');
  expect(statusText({ ...status, age_ms: null })[0]).toBe('shop: degraded, stage 2 (replicas), seen never');
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
