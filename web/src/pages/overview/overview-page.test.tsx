import { fireEvent, screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { keys } from '../../data/keys.ts';
import type { Candidates, Status } from '../../data/types.ts';
import { renderPage, stubApi } from '../../test/render.tsx';
import { exampleHa, exampleLadder, exampleNode, exampleStatus } from './example-status.ts';
import { OverviewPage } from './overview-page.tsx';

const of = { project: 'default', name: 'shop' };
const path = '/v1/projects/default/services/shop/postgres';

const show = (status: Status, at = '/p/default/shop', answers: Record<string, unknown> = {}) => {
  const asked = stubApi(answers);
  const known = [
    [keys.database(of.project, of.name), status],
    [keys.of(of.project, of.name, 'ladder'), exampleLadder],
  ] as const;
  return { asked, ...renderPage(<OverviewPage {...of} />, { at, known }) };
};
const layer = (name: string) => within(screen.getByRole('region', { name }));
const cardsIn = (name: string) =>
  layer(name)
    .queryAllByRole('listitem')
    .map((card) => card.textContent);

test('a single server shows its layers, and those that it could have with their price and plan', () => {
  show(exampleStatus());
  expect(cardsIn('Database')).toHaveLength(1);
  expect(cardsIn('Connection pooling')).toEqual([]);
  expect(layer('Connection pooling').getByText(/not enabled/)).toBeDefined();
  expect(layer('Connection pooling').getByText('+ $3')).toBeDefined();
  const add = (name: string) => layer(name).getByRole('link', { name: /^Add/ }).getAttribute('href');
  expect(add('Connection pooling')).toBe('/p/default/shop?do=pooling');
  expect(add('Database')).toBe('/p/default/shop?do=replicas');
});

test('what cannot be added now stays there with the reason of the API', () => {
  show(exampleStatus());
  const add = layer('Consensus').getByRole('button', { name: 'Add automatic failover' });
  expect(add.getAttribute('aria-disabled')).toBe('true');
  expect(add.getAttribute('title')).toBe('an operation runs');
});

test('pooling shows its clients', () => {
  const pool = { active: 42, waiting: 3, limit: 100, paused: false };
  show(exampleStatus({ stage: 1, nodes: [exampleNode('pgbouncer-1', { pool })] }));
  expect(cardsIn('Connection pooling')[0]).toContain('clients 42 active, 3 waiting / 100');
});

test('high availability has one leader among the servers and one in etcd, and a quorum', () => {
  const { container } = show(exampleHa());
  expect([...container.querySelectorAll('[data-leads]')].map((card) => card.getAttribute('data-node'))).toEqual([
    'postgres-4',
    'etcd-2',
  ]);
  expect(layer('Consensus').getByText('quorum 3/3, needs 2')).toBeDefined();
  expect(cardsIn('Routing')[0]).toContain('read-write 1/1 · read-only 2/2');
  expect(cardsIn('Database')[2]).toContain('lag 24 KB');
});

test('the address selects a node', () => {
  show(exampleHa(), '/p/default/shop?at=postgres-5');
  expect(screen.getByRole('region', { name: 'Details of postgres-5' }).textContent).toContain('Commits wait for ityes');
});

test('a replica can lead or be rebuilt, the leader cannot', async () => {
  show(exampleHa());
  fireEvent.click(screen.getByRole('button', { name: 'Actions for postgres-4' }));
  const ofLeader = (await screen.findAllByRole('menuitem')).map((item) => item.textContent);
  expect(ofLeader).toEqual(['Details', 'Logs']);
  fireEvent.keyDown(screen.getByRole('menu'), { key: 'Escape' });
  fireEvent.click(screen.getByRole('button', { name: 'Actions for postgres-5' }));
  expect(await screen.findByRole('menuitem', { name: /^Rebuild/ })).toBeDefined();
});

test('a node that is down can be repaired, unless it is not known whether it is', async () => {
  const nodes = [exampleNode('postgres-1', { state: 'stopped' })];
  const { unmount } = show(exampleStatus({ health: 'down', nodes }));
  fireEvent.click(screen.getByRole('button', { name: 'Actions for postgres-1' }));
  expect(await screen.findByRole('menuitem', { name: /^Repair/ })).toBeDefined();
  unmount();
  show(exampleStatus({ health: 'unknown', nodes }));
  fireEvent.click(screen.getByRole('button', { name: 'Actions for postgres-1' }));
  await screen.findByRole('menuitem', { name: 'Logs' });
  expect(screen.queryByRole('menuitem', { name: /^Repair/ })).toBeNull();
});

test('candidates stand best first; those that are not fit say why', async () => {
  const candidate = { state: 'streaming', lag_bytes: 0, synchronous: false, fit: true, reason: null };
  const candidates: Candidates = {
    leader: 'postgres-4',
    candidates: [
      { ...candidate, name: 'postgres-7', lag_bytes: 50_331_648, fit: false, reason: '48 MB behind, limit 1 MB' },
      { ...candidate, name: 'postgres-6', lag_bytes: 24_576 },
      { ...candidate, name: 'postgres-5', synchronous: true },
    ],
  };
  show(exampleHa(), undefined, { [`GET ${path}/candidates`]: candidates });
  fireEvent.click(screen.getByRole('button', { name: 'Switch over' }));
  await screen.findByRole('menuitem', { name: /postgres-5/ });
  const items = screen.getAllByRole('menuitem');
  expect(items.map((item) => item.textContent)).toEqual([
    'postgres-50 B behind · sync',
    'postgres-624 KB behind',
    'postgres-748 MB behind, limit 1 MB',
  ]);
  expect(items.map((item) => item.getAttribute('aria-disabled'))).toEqual([null, null, 'true']);
});

test('what the numbers suggest comes with its evidence and its plan', async () => {
  const evidence = { name: 'connections_idle', node: 'postgres-1', value: 55, unit: 'connections', at: '', over_ms: 0 };
  const request = { path: 'pooling', body: { default_pool_size: 20 } };
  const advice = [{ code: 'pooling', says: '61 connections, 55 of them idle.', evidence: [evidence], request }];
  show(exampleStatus(), undefined, { [`GET ${path}/advice`]: { advice, says: [] } });
  const findings = within(await screen.findByRole('region', { name: 'Findings' }));
  expect(findings.getByText('connections idle on postgres-1: 55')).toBeDefined();
  expect(findings.getByRole('link').getAttribute('href')).toBe('/p/default/shop?do=pooling&default_pool_size=20');
});
