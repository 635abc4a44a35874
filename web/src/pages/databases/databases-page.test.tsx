import { fireEvent, screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { applyMessage } from '../../data/stream/apply.ts';
import { keys } from '../../data/keys.ts';
import type { DatabaseEntry } from '../../data/types.ts';
import { renderPage } from '../../test/render.tsx';
import { DatabasesPage } from './databases-page.tsx';
import { exampleEntry } from './example-entries.ts';

const show = (entries: readonly DatabaseEntry[]) =>
  renderPage(<DatabasesPage />, { known: [[keys.databases, entries]] });
const rows = () => screen.getAllByRole('row').slice(1);
const shownNames = () => rows().map((row) => within(row).getByRole('rowheader').textContent);

test('a row says how it is, who leads, until when it can be rolled back and what it costs', () => {
  show([
    exampleEntry('shop', {
      stage: 3,
      pooling: true,
      leader: 'postgres-4',
      replicas: 2,
      max_lag_bytes: 24_576,
      monthly_usd: 80,
      checkpoint_until: new Date(Date.now() + 600_000).toISOString(),
    }),
  ]);
  const [row] = rows();
  expect(row!.textContent).toMatch(
    /healthy.*shop.*3 HA \+ pooling.*postgres-4 leads · lag 24 KB.*Roll back for .*PG 17\$80/,
  );
  expect(within(row!).getByRole('link', { name: 'shop' }).getAttribute('href')).toBe('/p/default/shop');
  expect(screen.getByText('1 · none needs attention · $80 per month')).toBeDefined();
});

test('an operation that runs says how far it is and leads to itself', () => {
  const operation = {
    id: 'o1',
    type: 'expand',
    step: 22,
    steps: 29,
    phase: 'cut-over',
    waiting_for: 'ready to cut over',
    monthly_usd: 77,
  } as const;
  show([exampleEntry('billing', { operation })]);
  const link = screen.getByRole('link', { name: 'expand 22/29 · cut-over · waits: ready to cut over' });
  expect(link.getAttribute('href')).toBe('/p/default/billing/operations/o1');
  expect(rows()[0]!.textContent).toMatch(/changing.*\$15 → \$77/);
});

test('what is unknown says why and since when nothing was seen', () => {
  const reason = 'The Docker engine does not answer';
  const observed_at = new Date(Date.now() - 1_800_000).toISOString();
  show([exampleEntry('archive', { health: 'unknown', attention: 'unknown', reason, observed_at })]);
  expect(rows()[0]!.textContent).toContain(`${reason} seen 30 min ago`);
});

test('searching and filtering narrow the list, and the address says so', () => {
  const { address } = show([exampleEntry('shop'), exampleEntry('billing', { stage: 2 }), exampleEntry('archive')]);
  fireEvent.keyDown(document.body, { key: '/' });
  const box = screen.getByRole('searchbox', { name: 'Search databases' });
  expect(document.activeElement).toBe(box);
  fireEvent.change(box, { target: { value: 'i' } });
  expect(shownNames()).toEqual(['archive', 'billing']);
  fireEvent.change(screen.getByRole('combobox', { name: 'Stage' }), { target: { value: '2' } });
  expect(shownNames()).toEqual(['billing']);
  expect(address()).toBe('/?q=i&stage=2');
  expect(screen.getByText('1 of 3 databases')).toBeDefined();
});

test('a change that is pushed touches one row only, also where the row moves to the top', async () => {
  const entries = ['archive', 'billing', 'orders', 'shop'].map((name) => exampleEntry(name));
  const { cache } = show(entries);
  const others = rows().slice(0, 3);
  const touched: Node[] = [];
  const observer = new MutationObserver((records) => {
    for (const { target, addedNodes, removedNodes } of records) touched.push(target, ...addedNodes, ...removedNodes);
  });
  observer.observe(screen.getByRole('table'), {
    childList: true,
    subtree: true,
    characterData: true,
    attributes: true,
  });
  const down = exampleEntry('shop', { health: 'down', attention: 'down', reason: 'No server takes writes' });
  applyMessage(cache, { event: 'changed', data: { topic: 'databases', databases: [down] } });
  await vi.waitFor(() => expect(shownNames()).toEqual(['shop', 'archive', 'billing', 'orders']));
  expect(touched.length).toBeGreaterThan(0);
  expect(others.filter((row) => touched.some((node) => row.contains(node)))).toEqual([]);
  observer.disconnect();
});

test('without databases it names the two commands', () => {
  show([]);
  expect(screen.getByText('./pgrow create shop')).toBeDefined();
  expect(screen.getByText('./pgrow demo')).toBeDefined();
});
