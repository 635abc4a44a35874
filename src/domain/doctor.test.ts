import { expect, test } from 'vitest';
import { diagnose } from './doctor.ts';
import type { Survey, SurveyedDatabase, SurveyedResource } from './survey.ts';
import { exampleOperation, exampleStep } from '../cli/example-operation.ts';
import { haTopology } from '../../test/support/sample-database.ts';
import type { Database } from './database.ts';
import { newNode } from './nodes.ts';
import type { OperationDocument } from './operation.ts';
import { firstTopology } from './plan/create.ts';

const named = { id: '5c0ffee5-0000-4000-8000-000000000001', name: 'shop', home: '1a2b3c4d' };
const first = firstTopology(named);
const kept = newNode(named, 'postgres', 7, 'primary');
const stray = newNode(named, 'postgres', 9, 'replica');
const shop: Database = {
  ...named,
  project: 'default',
  postgres_major: 17,
  ports: { postgres: 1, pooled: 2, pooled_read_only: 3, read_write: 4, read_only: 5, stats: 6 },
  topology: { ...first, kept: [kept] },
};

const operation = (change: Partial<OperationDocument>): OperationDocument =>
  exampleOperation({
    id: 'op-1',
    workflow_id: 'pgrow/1',
    service_id: shop.id,
    from_stage: 0,
    to_stage: 2,
    status: 'done',
    ...change,
  });

const surveyed = (change: Partial<SurveyedDatabase> = {}): SurveyedDatabase => ({
  id: shop.id,
  record: shop,
  running: false,
  last: operation({}),
  abandoned: null,
  unservedWindow: false,
  snapshotVolumes: [],
  slots: [],
  permanentSlots: [],
  faults: [],
  changed: [],
  pausedPoolers: [],
  stoppedServers: [],
  ...change,
});

const container = (name: string): SurveyedResource => ({ kind: 'container', name, database: shop.id, snapshot: false });
const volume = (name: string, snapshot = false): SurveyedResource => ({
  kind: 'volume',
  name,
  database: shop.id,
  snapshot,
});
const strayResources = [container(stray.container), volume(stray.volume ?? '')];
const removable = (survey: Survey) => diagnose(survey).map((finding) => finding.removable);

test('nodes, kept nodes, their volumes, the network and recorded snapshots are accounted for', () => {
  const nodes = [...shop.topology.nodes, kept];
  const resources = [
    ...nodes.map((node) => container(node.container)),
    ...nodes.flatMap((node) => (node.volume === null ? [] : [volume(node.volume)])),
    volume('snap-1', true),
    { kind: 'network', name: 'shop', database: shop.id, snapshot: false } as const,
  ];
  expect(diagnose({ resources, databases: [surveyed({ snapshotVolumes: ['snap-1'] })] })).toEqual([]);
});

test('the container that reads a recorded snapshot through is accounted for, that of another is not', () => {
  const resources = [container('snap-1-verify'), container('snap-2-verify')];
  const findings = diagnose({ resources, databases: [surveyed({ snapshotVolumes: ['snap-1'] })] });
  expect(findings.map(({ name }) => name)).toEqual(['snap-2-verify']);
});

test('what is no part of its database is found, with what removes it by hand', () => {
  expect(diagnose({ resources: strayResources, databases: [surveyed()] })).toMatchObject([
    { kind: 'container', database: 'shop', removable: true, command: `docker rm -fv ${stray.container}` },
    { kind: 'volume', database: 'shop', removable: true, command: `docker volume rm ${stray.volume}` },
  ]);
});

test('a snapshot that is not on record is found', () => {
  expect(diagnose({ resources: [volume('snap-2', true)], databases: [surveyed()] })).toHaveLength(1);
});

test('while an operation runs nothing of its database is judged', () => {
  const slots = [
    { name: 'postgres_9', on: 'postgres-1', container: 'c', standby: false, physical: true, active: false },
  ];
  const running = surveyed({ running: true, slots, pausedPoolers: ['pgbouncer-1'] });
  expect(diagnose({ resources: strayResources, databases: [running] })).toEqual([]);
});

test('of a destroyed database everything may go', () => {
  const gone = surveyed({ record: null, last: operation({ type: 'destroy' }) });
  expect(removable({ resources: strayResources, databases: [gone] })).toEqual([true, true]);
});

test('what these metadata know nothing of is never removed: other metadata may', () => {
  const unknown = surveyed({ record: null, last: null });
  expect(removable({ resources: strayResources, databases: [unknown] })).toEqual([false, false]);
  expect(removable({ resources: [{ ...container('c'), database: null }], databases: [] })).toEqual([false]);
});

test('what an operation left past its point of no return is never removed: it may hold the newest data', () => {
  const steps = (status: 'failed' | 'pending' | 'undone') => ({
    point_of_no_return: 'hand over',
    steps: [exampleStep({ name: 'hand over', phase: 'cut-over', status })],
  });
  const after = (change: Partial<OperationDocument>) =>
    removable({ resources: strayResources, databases: [surveyed({ last: operation(change) })] });
  expect(after({ status: 'needs_operator', ...steps('failed') })).toEqual([false, false]);
  // Its workflow was terminated.
  expect(after({ status: 'running', ...steps('failed') })).toEqual([false, false]);
  expect(after({ status: 'needs_operator', ...steps('pending') })).toEqual([true, true]);
  expect(after({ status: 'needs_operator', ...steps('undone') })).toEqual([true, true]);
  expect(after({ status: 'done', ...steps('failed') })).toEqual([true, true]);
});

// Its advice was to rebuild what the change had just made.
test('a server that a change has made again is no finding while the change is unfinished, and one after it', () => {
  const changed = [
    { name: 'postgres-1', differences: [{ subject: 'memory', says: 'memory is 2 GB, should be 1 GB' }] },
  ];
  const found = (change: Partial<OperationDocument>) =>
    diagnose({ resources: [], databases: [surveyed({ changed, last: operation(change) })] }).map(({ kind }) => kind);
  const stopped = {
    status: 'needs_operator',
    point_of_no_return: 'hand over',
    steps: [exampleStep({ name: 'hand over', phase: 'hand-over', status: 'done' })],
  } as const;
  expect(found({ ...stopped, type: 'change' })).toEqual([]);
  expect(found({ ...stopped, type: 'expand' })).toEqual(['changed_container']);
  expect(found({ type: 'change' })).toEqual(['changed_container']);
});

test('slots of nodes, kept nodes and Patroni’s permanent ones are known; the user’s own are never removed', () => {
  const slot = { on: 'postgres-1', container: 'c', standby: false, physical: true, active: false };
  const slots = [
    ...['postgres_1', 'postgres_7', 'postgres_5', 'postgres_9', 'plain_postgres_9', 'theirs'].map((name) => ({
      ...slot,
      name,
    })),
    { ...slot, name: 'postgres_8', active: true },
    { ...slot, name: 'cdc', physical: false },
  ];
  const findings = diagnose({ resources: [], databases: [surveyed({ slots, permanentSlots: ['postgres_5'] })] });
  expect(findings.map(({ name, removable: may }) => [name, may])).toEqual([
    ['postgres_9 on postgres-1', true],
    ['plain_postgres_9 on postgres-1', true],
    ['theirs on postgres-1', false],
    ['postgres_8 on postgres-1', false],
  ]);
});

test('a pooler that is paused without an operation is found', () => {
  expect(diagnose({ resources: [], databases: [surveyed({ pausedPoolers: ['pgbouncer-1'] })] })).toMatchObject([
    { kind: 'paused_pooler', name: 'pgbouncer-1', database: 'shop', removable: true },
  ]);
});

const abandoned = { how: 'terminated', again: './pgrow expand shop --to ha' };

// Someone terminated a workflow in Temporal Web: its operation was recorded as running for ever, and what it had made was
// found, and removed without what it had changed elsewhere being undone.
test('an operation that is recorded as running although its workflow is not is found, and undone as a whole', () => {
  const last = operation({ status: 'running' });
  const findings = diagnose({ resources: strayResources, databases: [surveyed({ last, abandoned })] });
  expect(findings.map(({ kind, name, removable: may }) => [kind, name, may])).toEqual([
    ['operation', 'op-1', true],
    ['container', stray.container, false],
    ['volume', stray.volume, false],
  ]);
  expect(findings[0]!.explanation).toContain('expand is recorded as running, but its workflow is not (terminated)');
});

test('past its point of no return it is not undone, but resumed when it is repeated', () => {
  const last = operation({
    status: 'running',
    point_of_no_return: 'hand over',
    steps: [exampleStep({ name: 'hand over', phase: 'cut-over', status: 'done' })],
  });
  expect(diagnose({ resources: [], databases: [surveyed({ last, abandoned })] })).toMatchObject([
    { kind: 'operation', removable: false, command: './pgrow expand shop --to ha' },
  ]);
});

// A slot that was left on a standby filled its disk with WAL: only the primary's were looked at.
test('slots on standbys are judged too: only Patroni keeps those of its members there', () => {
  const slot = { on: 'postgres-7', container: 'c', standby: true, physical: true, active: false };
  const slots = ['postgres_1', 'postgres_9', 'postgres_5'].map((name) => ({ ...slot, name }));
  const found = (record: Database) =>
    diagnose({ resources: [], databases: [surveyed({ record, slots, permanentSlots: ['postgres_5'] })] }).map(
      ({ name }) => name,
    );
  const plain = { ...shop, topology: { ...shop.topology, kept: [] } };
  expect(found(plain)).toEqual(['postgres_1 on postgres-7', 'postgres_9 on postgres-7']);
  expect(found(shop)).toEqual(['postgres_9 on postgres-7']);
  const ha = haTopology(plain);
  expect(found({ ...plain, topology: { ...ha, nodes: [...ha.nodes, ...shop.topology.nodes] } })).toEqual([
    'postgres_9 on postgres-7',
  ]);
});

test('a node on record that is not there is named with the command that makes it again', () => {
  const faults = [
    { name: 'front', state: 'missing', has_data: null },
    { name: 'postgres-1', state: 'missing', has_data: false },
    { name: 'postgres-7', state: 'missing', has_data: true },
  ] as const;
  const of = (change: Partial<SurveyedDatabase>) =>
    diagnose({ resources: [], databases: [surveyed({ faults, ...change })] });
  expect(of({})).toMatchObject([
    { kind: 'missing_node', name: 'front', database: 'shop', removable: false, command: './pgrow repair shop front' },
    { name: 'postgres-1', explanation: expect.stringContaining('its volume is gone') },
    { name: 'postgres-7', command: './pgrow confirm shop', explanation: expect.stringContaining('rollback') },
  ]);
  // An operation makes and removes nodes; one that did not finish leaves a record that is not what there is.
  expect(of({ running: true })).toEqual([]);
  expect(of({ faults: [{ name: 'front', state: 'stopped', has_data: null }] })).toEqual([]);
});

// Someone terminated it, and the doctor found nothing while the old primary ran on for ever.
test('a rollback window whose workflow is gone is named, but not while an operation runs', () => {
  const found = (running: boolean) =>
    diagnose({ resources: [], databases: [surveyed({ unservedWindow: true, running })] });
  expect(found(false)).toMatchObject([
    { kind: 'rollback_window', database: 'shop', removable: false, command: './pgrow confirm shop' },
  ]);
  expect(found(true)).toEqual([]);
});

test('a server that was stopped on purpose is found, with what starts it, unless an operation runs', () => {
  const stopped = { stoppedServers: ['postgres-1'] };
  expect(diagnose({ resources: [], databases: [surveyed(stopped)] })).toMatchObject([
    {
      kind: 'stopped_server',
      name: 'postgres-1',
      removable: false,
      command: `docker exec ${shop.topology.nodes.find(({ name }) => name === 'postgres-1')!.container} pgrow-server start`,
    },
  ]);
  expect(diagnose({ resources: [], databases: [surveyed({ ...stopped, running: true })] })).toEqual([]);
});

// After the restore of an old backup `doctor --remove` took the nodes for leftovers that held the newest data.
test('of a database whose record comes from a backup nothing is removable', () => {
  const held = { taken_at: '2026-11-28T03:00:00.000Z', compared_at: '2026-11-28T04:00:00.000Z', differences: [] };
  const findings = diagnose({
    resources: [container(stray.container)],
    databases: [surveyed({ record: { ...shop, held }, pausedPoolers: ['pgbouncer-1'] })],
  });
  expect(findings.map((finding) => [finding.kind, finding.removable])).toEqual([
    ['held_database', false],
    ['container', false],
  ]);
  expect(findings[0]).toMatchObject({ name: 'shop', command: './pgrow release shop' });
});

test('what was made by an operation that the record does not know, or whose end it does not know, is not removable', () => {
  for (const made_by of ['unknown', 'failed'] as const) {
    const resources = [{ ...container(stray.container), made_by }];
    expect(diagnose({ resources, databases: [surveyed()] })).toMatchObject([{ kind: 'container', removable: false }]);
  }
  const known = [{ ...container(stray.container), made_by: 'rolled_back' as const }];
  expect(diagnose({ resources: known, databases: [surveyed()] })).toMatchObject([{ removable: true }]);
});

test('the mark of its last operation belongs to a database, and is left over without one', () => {
  const resources: SurveyedResource[] = [
    { kind: 'volume', name: 'pgrow-shop-mark', database: shop.id, snapshot: false, mark: true },
  ];
  expect(diagnose({ resources, databases: [surveyed()] })).toEqual([]);
  const gone = surveyed({ record: null, last: operation({ type: 'destroy' }) });
  expect(diagnose({ resources, databases: [gone] })).toMatchObject([{ kind: 'volume', removable: true }]);
});
