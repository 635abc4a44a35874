import { expect, test } from 'vitest';
import { exampleOperation } from '../test/operations.ts';
import { exampleStatus, leader, replica } from '../pages/overview/example-status.ts';
import { actionsOf } from './actions.ts';

const refusals = (more: Parameters<typeof exampleStatus>[0]) =>
  Object.fromEntries(actionsOf(exampleStatus(more)).map(({ label, refused }) => [label, refused]));

test('what makes no sense says why', () => {
  expect(refusals({ nodes: [leader('postgres-1')] })).toMatchObject({
    'Switch over …': 'there is no other server that could lead',
    'Roll back …': 'no rollback window is open',
    'Stop …': null,
    'Destroy …': null,
  });
  expect(refusals({ nodes: [leader('postgres-1'), replica('postgres-2')] })).toMatchObject({ 'Switch over …': null });
});

test('a node that is kept for the way back cannot lead', () => {
  const kept = replica('postgres-1', { kept: { until: null } });
  expect(refusals({ nodes: [leader('postgres-2'), kept] })['Switch over …']).toContain('no other server');
});

test('one that is stopped can be started', () => {
  expect(refusals({ health: 'stopped' })).toMatchObject({ 'Start …': null, 'Repair …': 'it is stopped' });
});

test('while something runs nothing else begins', () => {
  const operation = exampleOperation({ type: 'scale_down' });
  expect(refusals({ operation })).toMatchObject({ 'Stop …': 'scale down is running', 'Scale …': null });
});

test('each leads to its plan', () => {
  expect(actionsOf(exampleStatus()).find(({ label }) => label === 'Destroy …')?.href).toBe(
    '/p/default/shop?do=destroy',
  );
});
