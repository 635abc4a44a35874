import { fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { keys } from '../../data/keys.ts';
import type { ActivityEntry } from '../../data/types.ts';
import { renderPage, stubApi } from '../../test/render.tsx';
import { EventsPage } from './events-page.tsx';

const path = '/v1/projects/default/services/shop/postgres/activity';
const entry = (id: string, more: Partial<ActivityEntry> = {}): ActivityEntry => ({
  id,
  at: '2026-01-01T10:00:00.000Z',
  kind: 'event',
  severity: 'info',
  type: 'node_recovered',
  says: `node recovered ${id}`,
  actor: null,
  operation_id: null,
  details: {},
  ...more,
});
const shownIds = () =>
  [...document.querySelectorAll<HTMLElement>('[data-entry]')].map(({ dataset }) => dataset['entry']);

test('what is new waits behind a button, and moves nothing', async () => {
  let entries = [entry('b'), entry('a')];
  stubApi({ [`GET ${path}`]: () => ({ entries, next_cursor: null }) });
  const { cache } = renderPage(<EventsPage project="default" name="shop" />);
  await waitFor(() => expect(shownIds()).toEqual(['b', 'a']));
  entries = [entry('d'), entry('c'), ...entries];
  await cache.invalidateQueries({ queryKey: keys.database('default', 'shop') });
  const button = await screen.findByRole('button', { name: 'Show 2 new' });
  expect(shownIds()).toEqual(['b', 'a']);
  fireEvent.click(button);
  await waitFor(() => expect(shownIds()).toEqual(['d', 'c', 'b', 'a']));
});

test('older ones follow where the list ended', async () => {
  const asked = stubApi({
    [`GET ${path}?limit=50`]: { entries: [entry('b')], next_cursor: 'more' },
    [`GET ${path}?limit=50&cursor=more`]: { entries: [entry('a')], next_cursor: null },
  });
  renderPage(<EventsPage project="default" name="shop" />);
  fireEvent.click(await screen.findByRole('button', { name: 'Load older' }));
  await waitFor(() => expect(shownIds()).toEqual(['b', 'a']));
  expect(screen.queryByRole('button', { name: 'Load older' })).toBeNull();
  expect(asked.map(({ request }) => request)).toContain(`GET ${path}?limit=50&cursor=more`);
});

test('a failover has its picture, and an operation its page', async () => {
  stubApi({
    [`GET ${path}`]: {
      entries: [
        entry('f', {
          type: 'failover',
          severity: 'warning',
          says: 'failover postgres-4 to postgres-5',
          details: { lock_released_ms: 20, writable_ms: 480, routed_ms: 500, duration_ms: 512 },
        }),
        entry('o', { kind: 'operation', operation_id: '42', actor: 'alice' }),
      ],
      next_cursor: null,
    },
  });
  renderPage(<EventsPage project="default" name="shop" />, { at: '/p/default/shop/events?severity=warning' });
  expect(await screen.findByText(/writes again after 480 ms/)).toBeTruthy();
  expect(screen.getByText('Picture')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'show the operation' }).getAttribute('href')).toBe(
    '/p/default/shop/operations/42',
  );
  expect(screen.getByRole<HTMLInputElement>('radio', { name: 'Warnings and errors' }).checked).toBe(true);
});
