import { fireEvent, screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderPage, stubApi } from '../../test/render.tsx';
import { MetricsPage } from './metrics-page.tsx';

// There is no canvas here.
vi.mock('./plot.tsx', () => ({ Plot: ({ label }: { readonly label: string }) => <p>picture of {label}</p> }));

const path = 'GET /v1/projects/default/services/shop/postgres/metrics';
const at = Date.parse('2026-11-21T04:00:00Z');
const answer = {
  step_ms: 2000,
  from: new Date(at).toISOString(),
  until: new Date(at + 4000).toISOString(),
  series: [
    {
      name: 'lag',
      node: 'postgres-2',
      unit: 'bytes',
      points: [
        [at, 2048],
        [at + 2000, null],
        [at + 4000, 1024],
      ],
    },
  ],
  says: ['The last minutes are missing.'],
};
const page = <MetricsPage project="default" name="shop" />;

test('each chart says what it shows, and has its numbers as a table', async () => {
  stubApi({ [path]: answer });
  renderPage(page, { at: '/p/default/shop/metrics' });
  const lag = within(await screen.findByRole('region', { name: 'Replication lag' }));
  expect(lag.getByText(/^Now postgres-2 1 KB; at most 2 KB, at /)).toBeTruthy();
  fireEvent.click(lag.getByRole('button', { name: 'Show as table' }));
  const rows = within(lag.getByRole('table')).getAllByRole('row');
  expect(rows.map((row) => row.lastElementChild!.textContent)).toEqual(['postgres-2', '1 KB', '–', '2 KB']);
  expect(screen.getByText('The last minutes are missing.')).toBeTruthy();
  expect(within(screen.getByRole('region', { name: 'Pool' })).getByText('There was no PgBouncer.')).toBeTruthy();
});

test('the span stands in the address, and decides what is asked for', async () => {
  const asked = stubApi({ [path]: answer });
  const { address } = renderPage(page, { at: '/p/default/shop/metrics?span=15m' });
  await screen.findByRole('region', { name: 'Replication lag' });
  const since = new URL(asked[0]!.request.slice(4), 'http://x').searchParams.get('since')!;
  expect(Math.round((Date.now() - Date.parse(since)) / 60_000)).toBe(15);
  fireEvent.click(screen.getByRole('radio', { name: '24 h' }));
  expect(address()).toBe('/p/default/shop/metrics?span=24h');
});
