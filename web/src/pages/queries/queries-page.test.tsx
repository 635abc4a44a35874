import { fireEvent, screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderPage, stubApi } from '../../test/render.tsx';
import { QueriesPage } from './queries-page.tsx';

const path = '/v1/projects/default/services/shop/postgres';
const status = { id: 'a', name: 'shop', project: 'default', nodes: [{ name: 'postgres-1', kind: 'postgres' }] };
const known = [[['database', 'default', 'shop'], status]] as const;
const entry = {
  at: '2026-11-21T04:45:41Z',
  node: 'postgres-1',
  kind: 'slow',
  duration_ms: 1500,
  database: 'shop',
  user: 'shop',
  application: null,
  sqlstate: null,
  message: null,
  detail: null,
  statement: 'SELECT ?',
};
const failed = {
  ...entry,
  kind: 'failed',
  duration_ms: null,
  sqlstate: '22P02',
  statement: 'INSERT INTO orders VALUES (?)',
};
const log = (...entries: object[]) => ({ entries, revealed: false, slow: { logged: true, above_ms: 1000 }, says: [] });
const page = <QueriesPage project="default" name="shop" />;
const at = '/p/default/shop/queries';

test('lists slow and failed statements, and narrows them to what contains a text', async () => {
  stubApi({ [`GET ${path}/query-log`]: log(entry, failed) });
  const { address } = renderPage(page, { at, known });
  expect(await screen.findByText('SELECT ?')).toBeTruthy();
  expect(screen.getByText(/slow 1.5 s/)).toBeTruthy();
  expect(screen.getByText(/Its message may hold values and is hidden/)).toBeTruthy();
  fireEvent.change(screen.getByLabelText('Text'), { target: { value: 'orders' } });
  expect(screen.queryByText('SELECT ?')).toBeNull();
  expect(screen.getByText('INSERT INTO orders VALUES (?)')).toBeTruthy();
  expect(address()).toBe(`${at}?text=orders`);
});

test('asks for what the address says', async () => {
  const asked = stubApi({ [`GET ${path}/query-log`]: log() });
  renderPage(page, { at: `${at}?kind=failed&node=postgres-1&span=6h`, known });
  expect(
    await screen.findByText(/No statement was slow or failed in the last 6 h. Slow is longer than 1.0 s./),
  ).toBeTruthy();
  const query = new URL(asked[0]!.request.slice(4), 'http://x').searchParams;
  expect([query.get('kind'), query.get('node'), query.get('reveal')]).toEqual(['failed', 'postgres-1', null]);
});

test('shows values only when an operator says so, which never stands in the address', async () => {
  const asked = stubApi({ [`GET ${path}/query-log`]: log(entry) });
  const { address } = renderPage(page, { at, known, role: 'operator' });
  fireEvent.click(await screen.findByRole('button', { name: 'Show values …' }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(asked.filter(({ request }) => request.includes('reveal'))).toEqual([]);
  fireEvent.click(dialog.getByRole('button', { name: 'Show values' }));
  await vi.waitFor(() => expect(asked.at(-1)!.request).toContain('reveal=true'));
  expect(address()).toBe(at);
});

test('a viewer is shown why values stay hidden', async () => {
  stubApi({ [`GET ${path}/query-log`]: log(entry) });
  renderPage(page, { at, known, role: 'viewer' });
  expect((await screen.findByRole('button', { name: 'Show values …' })).getAttribute('title')).toBe('needs operator');
});

const counted = {
  query_id: '1',
  user: 'shop',
  statement: 'SELECT $1',
  calls: 12,
  total_ms: 9000,
  mean_ms: 750,
  rows: 3,
  share: 0.4,
};

test('sorts the statements that cost most by what is chosen', async () => {
  const answer = { available: true, since: entry.at, statements: [counted], revealed: false, says: [] };
  const asked = stubApi({ [`GET ${path}/statements`]: answer });
  const { address } = renderPage(page, { at: `${at}?view=statements`, known });
  const row = (await screen.findByText('SELECT $1')).closest('tr')!;
  expect(row.textContent).toContain('9.0 s 40%');
  fireEvent.click(screen.getByRole('button', { name: 'Mean' }));
  await vi.waitFor(() => expect(asked.at(-1)!.request).toContain('order=mean'));
  expect((await screen.findByRole('columnheader', { name: 'Mean' })).getAttribute('aria-sort')).toBe('descending');
  expect(address()).toBe(`${at}?view=statements&order=mean`);
});

test('says how statements come to be counted where they are not', async () => {
  const says = ['pg_stat_statements is not loaded. To turn it on: …'];
  stubApi({ [`GET ${path}/statements`]: { available: false, since: null, statements: [], revealed: false, says } });
  renderPage(page, { at: `${at}?view=statements`, known });
  expect(await screen.findByText(says[0]!)).toBeTruthy();
  expect(screen.queryByRole('table')).toBeNull();
});
