import { fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { keys } from '../data/keys.ts';
import { exampleEntry } from '../pages/databases/example-entries.ts';
import { exampleStatus } from '../pages/overview/example-status.ts';
import { Keys } from '../shell/palette.tsx';
import { renderPage } from '../test/render.tsx';

// They are fetched when a key first asks for them.
beforeAll(() => Promise.all([import('./palette.tsx'), import('./keys-help.tsx')]));
beforeEach(() => localStorage.clear());

const show = () =>
  renderPage(<Keys />, {
    at: '/p/default/shop/logs',
    known: [
      [keys.databases, ['billing', 'shop'].map((name) => exampleEntry(name))],
      [keys.database('default', 'shop'), exampleStatus()],
    ],
  });

const field = () => screen.findByRole('combobox');

test('Ctrl+K goes where the words lead, by the arrow keys and Enter', async () => {
  const { address } = show();
  fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
  fireEvent.change(await field(), { target: { value: 'bill' } });
  fireEvent.keyDown(await field(), { key: 'Enter' });
  await waitFor(() => expect(address()).toBe('/p/default/billing'));
  expect(screen.queryByRole('combobox')).toBeNull();
});

test('an action of the present database opens its plan; one that makes no sense says why and does nothing', async () => {
  const { address } = show();
  fireEvent.keyDown(document.body, { key: 'k', metaKey: true });
  fireEvent.change(await field(), { target: { value: 'roll back' } });
  expect(screen.getByRole('option', { name: /no rollback window is open/ }).getAttribute('aria-disabled')).toBe('true');
  fireEvent.keyDown(await field(), { key: 'Enter' });
  expect(address()).toContain('/logs');
  fireEvent.change(await field(), { target: { value: 'destroy' } });
  fireEvent.keyDown(await field(), { key: 'Enter' });
  await waitFor(() => expect(address()).toBe('/p/default/shop?do=destroy'));
});

test('? lists the keys, and switches off those that are a single character', async () => {
  show();
  fireEvent.keyDown(document.body, { key: '?' });
  fireEvent.click(await screen.findByRole('checkbox', { name: /single character/ }));
  fireEvent.click(screen.getByRole('button', { name: 'Close' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  fireEvent.keyDown(document.body, { key: '?' });
  expect(screen.queryByRole('dialog')).toBeNull();
});
