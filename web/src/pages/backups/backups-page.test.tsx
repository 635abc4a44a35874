import { fireEvent, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { refusal, renderPage, stubApi } from '../../test/render.tsx';
import { BackupsPage } from './backups-page.tsx';

const path = '/v1/projects/default/services/shop/postgres/snapshots';
const snapshot = {
  id: 'snap-1',
  service_id: 'a',
  operation_id: null,
  volume: 'volume',
  bytes: 78 * 1024 * 1024,
  created_at: '2026-11-21T04:45:41Z',
  expires_at: null,
  verified_at: null,
  damage: null,
};
const answer = (...snapshots: object[]) => ({ snapshots, restored: [], next_cursor: null });
const page = <BackupsPage project="default" name="shop" />;
const at = '/p/default/shop/backups';

test('lists snapshots with their size, whether they are whole, and how long they are kept', async () => {
  const damaged = { ...snapshot, id: 'snap-2', verified_at: snapshot.created_at, damage: 'base/5/1 is missing' };
  stubApi({ [`GET ${path}`]: answer(snapshot, damaged) });
  renderPage(page, { at });
  const row = (await screen.findByText('snap-1')).closest('tr')!;
  expect(row.textContent).toContain('78 MB');
  expect(row.textContent).toContain('never verified');
  expect(row.textContent).toContain('24 h after its checkpoint closes');
  expect(screen.getByText('snap-2').closest('tr')!.textContent).toContain('base/5/1 is missing');
  expect(screen.getByRole('button', { name: 'Restore as … snap-2' }).getAttribute('aria-disabled')).toBe('true');
});

test('says how snapshots come about where there are none', async () => {
  stubApi({ [`GET ${path}`]: answer() });
  renderPage(page, { at });
  expect(await screen.findByText(/Expanding to replicas or high availability takes one first/)).toBeTruthy();
});

test('verifies until there is a result, and shows it', async () => {
  const answers = [
    { snapshot, verification: { status: 'running' } },
    {
      snapshot: { ...snapshot, verified_at: '2026-11-21T05:00:00Z' },
      verification: { status: 'whole', found: [], duration_ms: 1200 },
    },
  ];
  const asked = stubApi({ [`GET ${path}`]: answer(snapshot), [`POST ${path}/snap-1/verify`]: () => answers.shift() });
  renderPage(page, { at });
  fireEvent.click(await screen.findByRole('button', { name: 'Verify snap-1' }));
  expect(await screen.findByText('snap-1 is whole: 78 MB read in 1.2 s.')).toBeTruthy();
  expect(asked.filter(({ request }) => request.startsWith('POST'))).toHaveLength(2);
  expect(screen.getByText('whole')).toBeTruthy();
});

test('leads to the plan of a restore, which asks for the name', async () => {
  stubApi({ [`GET ${path}`]: answer(snapshot) });
  renderPage(page, { at });
  const link = await screen.findByRole('link', { name: 'Restore as … snap-1' });
  expect(link.getAttribute('href')).toBe(`${at}?do=restore&snapshot=snap-1&name=shop-restored`);
});

test('names the databases that were restored from a snapshot, also from one that is gone', async () => {
  const restored = [
    { id: 'b', name: 'shop-before', snapshot: 'snap-1' },
    { id: 'c', name: 'shop-old', snapshot: 'snap-0' },
  ];
  stubApi({ [`GET ${path}`]: { ...answer(snapshot), restored } });
  renderPage(page, { at });
  const link = await screen.findByRole('link', { name: 'shop-before' });
  expect(link.getAttribute('href')).toBe('/p/default/shop-before');
  expect(link.closest('tr')!.textContent).toContain('snap-1restored as shop-before');
  expect(screen.getByText(/Restored from other snapshots/).textContent).toContain('shop-old (snap-0)');
});

test('leads to the plan of a snapshot', async () => {
  stubApi({ [`GET ${path}`]: answer(snapshot) });
  renderPage(page, { at });
  const link = await screen.findByRole('link', { name: 'Take a snapshot …' });
  expect(link.getAttribute('href')).toBe(`${at}?do=snapshots`);
});

test('says to a viewer what it needs', async () => {
  stubApi({ [`GET ${path}`]: answer(snapshot) });
  renderPage(page, { at, role: 'viewer' });
  const button = await screen.findByRole('button', { name: 'Verify snap-1' });
  expect(button.getAttribute('title')).toBe('needs operator');
  expect(screen.getByRole('button', { name: /^Take a snapshot/ }).getAttribute('title')).toBe('needs operator');
});

test('keeps what was read when it cannot be read again', async () => {
  let isUp = true;
  stubApi({ [`GET ${path}`]: () => (isUp ? answer(snapshot) : refusal(400, 'The record does not answer.')) });
  const { cache } = renderPage(page, { at });
  await screen.findByText('snap-1');
  isUp = false;
  await cache.invalidateQueries();
  await vi.waitFor(() => expect(screen.getByText(/The record does not answer/)).toBeTruthy());
  expect(screen.getByText('snap-1')).toBeTruthy();
});
