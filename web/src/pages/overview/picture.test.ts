import { expect, test } from 'vitest';
import { exampleHa, exampleNode, exampleOperation, exampleStatus, leader, replica } from './example-status.ts';
import { cardsOf, quorumOf } from './picture.ts';

const named = (status: Parameters<typeof cardsOf>[0]) =>
  cardsOf(status).map(({ name, leads, word }) => `${leads ? '★ ' : ''}${name} ${word}`);

test('cards stand from the clients inwards, leaders first', () => {
  expect(named(exampleHa())).toEqual([
    'front running',
    'haproxy-1 running',
    '★ postgres-4 leader',
    'postgres-5 streaming',
    'postgres-6 streaming',
    '★ etcd-2 leader',
    'etcd-1 running',
    'etcd-3 running',
  ]);
});

test('one server leads, also while two believe to', () => {
  const { ha } = exampleHa();
  const nodes = [leader('postgres-4'), leader('postgres-5'), replica('postgres-6')];
  const status = exampleHa({ nodes, ha: { ...ha, current_leader: 'postgres-5' } });
  expect(cardsOf(status).filter(({ leads }) => leads)).toMatchObject([{ name: 'postgres-5' }]);
});

test('a former leader that comes back is re-joining, not failed', () => {
  const { ha } = exampleHa();
  const nodes = [exampleNode('postgres-4', { state: 'starting' }), leader('postgres-5')];
  const [, former] = cardsOf(exampleHa({ nodes, ha: { ...ha, current_leader: 'postgres-5' } }));
  expect(former).toMatchObject({ name: 'postgres-4', word: 're-joining', tone: 'busy' });
});

test('nodes to come are ghosts, nodes to go stay with their state', () => {
  const operation = exampleOperation({ nodes_added: ['etcd-1', 'postgres-2'], nodes_removed: ['postgres-1'] });
  expect(cardsOf(exampleStatus({ operation }))).toMatchObject([
    { name: 'front', standing: 'there' },
    { name: 'postgres-1', standing: 'going', leads: true, word: 'leader' },
    { name: 'postgres-2', standing: 'coming', layer: 'database', node: null },
    { name: 'etcd-1', standing: 'coming', layer: 'consensus' },
  ]);
});

test('what is kept for a rollback never leads', () => {
  const kept = leader('postgres-1', { kept: { until: null } });
  const cards = cardsOf(exampleStatus({ stage: 2, nodes: [leader('postgres-3'), kept] }));
  expect(cards).toMatchObject([
    { name: 'postgres-3', leads: true },
    { name: 'postgres-1', leads: false, standing: 'kept', word: 'kept for the way back' },
  ]);
});

test('a database that was stopped on purpose has no faults', () => {
  const nodes = [exampleNode('postgres-1', { state: 'stopped' })];
  expect(cardsOf(exampleStatus({ health: 'stopped', nodes }))).toMatchObject([{ tone: 'off' }]);
  expect(cardsOf(exampleStatus({ health: 'down', nodes }))).toMatchObject([{ tone: 'bad' }]);
});

test('a majority of etcd has to answer', () => {
  const nodes = ['etcd-1', 'etcd-2', 'etcd-3'].map((name, index) =>
    exampleNode(name, { state: index === 0 ? 'stopped' : 'running' }),
  );
  expect(quorumOf(cardsOf(exampleHa({ nodes })))).toEqual({ up: 2, total: 3, needs: 2 });
});
