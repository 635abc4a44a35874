import { expect, test } from 'vitest';
import { haTopology, replicaTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import { exampleOperation, exampleStep } from '../cli/example-operation.ts';
import { compareRecord, type OnEngine } from './compare-record.ts';
import type { Database } from './database.ts';
import type { OperationDocument } from './operation.ts';

const plain = sampleDatabase('shop');
const replicas = { ...plain, topology: replicaTopology(plain) };
const ha = { ...plain, topology: haTopology(plain) };
const done = exampleOperation({ id: 'op-1', status: 'done' });

const onEngine = ({ topology }: Database, change: Partial<OnEngine> = {}): OnEngine => ({
  marks: [{ operation: 'op-1', state: 'done' }],
  containers: [...topology.nodes, ...topology.kept].map(({ container }) => ({
    name: container,
    operation: 'op-0',
    running: true,
  })),
  leader: topology.ha ? topology.primary : null,
  takesWrites: true,
  ...change,
});

const compare = (database: Database, change: Partial<OnEngine> = {}, last: OperationDocument | null = done) =>
  compareRecord({ database, last }, onEngine(database, change)).map(({ text }) => text);

test('nothing differs where the last operation, the nodes and the one that takes writes are those on record', () => {
  for (const database of [plain, replicas, ha]) expect(compare(database)).toEqual([]);
});

test('what is not known counts as a difference', () => {
  expect(compare(plain, { marks: [] })).toEqual([expect.stringMatching(/^No mark on the engine/)]);
  expect(compare(plain, {}, null)).toEqual(['The record knows no operation of it.']);
  expect(compare(plain, { takesWrites: null })).toEqual(['postgres-1 does not say whether it takes writes.']);
  expect(compare(ha, { leader: null, takesWrites: null })).toEqual(['No member of shop says which of them leads.']);
});

test('an operation that the record does not know, or of which it shows an earlier state', () => {
  const marks = [{ operation: 'op-2', state: 'done' as const }];
  expect(compare(plain, { marks })).toEqual([
    'On the engine the last operation is op-2 (done); on record it is op-1 (done).',
  ]);
  expect(compare(plain, { marks: [{ operation: 'op-1', state: 'needs_operator' }] })).toEqual([
    'On the engine the last operation is op-1 (needs operator); on record it is op-1 (done).',
  ]);
  // pgrow died between the two.
  expect(compare(plain, { marks: [...marks, { operation: 'op-1', state: 'done' }] })).toHaveLength(1);
});

test('nodes that are gone, and nodes that the record does not know', () => {
  const [front, postgres] = plain.topology.nodes;
  const containers = [
    { name: front!.container, operation: 'op-0', running: true },
    { name: 'pgrow-shop-postgres-9', operation: 'op-2', running: true },
  ];
  expect(compare(plain, { containers })).toEqual([
    `postgres-1 is on record, and there is no container ${postgres!.container}.`,
    'Container pgrow-shop-postgres-9 is not on record; operation op-2 made it.',
  ]);
  const kept = ha.topology.kept[0]!;
  const withoutKept = onEngine(ha).containers.filter(({ name }) => name !== kept.container);
  expect(compare(ha, { containers: withoutKept })).toEqual([
    expect.stringContaining('its rollback window may have closed'),
  ]);
});

test('while an operation runs its own nodes may be there or not, and those from before have to be', () => {
  const running = exampleOperation({
    id: 'op-1',
    status: 'running',
    from_stage: 0,
    nodes_added: ['postgres-2'],
    point_of_no_return: null,
  });
  const marks = [{ operation: 'op-1', state: 'running' as const }];
  const made = { name: 'pgrow-shop-postgres-2', operation: 'op-1', running: true };
  const containers = [...onEngine(plain).containers, made];
  expect(compare(plain, { marks, containers }, running)).toEqual([]);
  expect(compare(plain, { marks }, running)).toEqual([]);
  expect(compare(plain, { marks, containers: [made] }, running)).toHaveLength(2);
});

test('one that was past its point of no return may have come further than the record says', () => {
  const running = exampleOperation({
    id: 'op-1',
    status: 'running',
    point_of_no_return: 'hand over',
    steps: [exampleStep({ name: 'hand over', phase: 'cut over', status: 'running' })],
  });
  expect(compare(plain, { marks: [{ operation: 'op-1', state: 'past_return' }] }, running)).toEqual([
    expect.stringMatching(/was past its point of no return when the backup was taken/),
  ]);
});

test('a primary that does not take writes; at stage 3 any member on record may lead', () => {
  expect(compare(replicas, { takesWrites: false })).toEqual(['postgres-1 takes writes on record, and it does not.']);
  expect(compare(ha, { leader: 'postgres-4' })).toEqual([]);
  expect(compare(ha, { leader: 'postgres-1' })).toEqual(['postgres-1 leads, which is not on record.']);
});

test('one that is stopped takes no writes, and none of it runs', () => {
  const stopped = { ...plain, topology: { ...plain.topology, stopped: true as const } };
  const containers = onEngine(plain).containers.map((container) => ({ ...container, running: false }));
  expect(compare(stopped, { containers, takesWrites: null })).toEqual([]);
  expect(compare(stopped, { takesWrites: null })).toEqual(['shop is stopped on record, and front, postgres-1 runs.']);
});
