import { fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { serverNow } from '../data/clock.ts';
import type { Status } from '../data/types.ts';
import { exampleOperation, exampleSteps } from '../test/operations.ts';
import { renderPage, stubApi } from '../test/render.tsx';
import { shownHealth } from '../parts/health-mark.tsx';
import { AboveTabs } from './above-tabs.tsx';

/** As much of a database as stands above its tabs. */
const status = (more: Partial<Status>): Status =>
  ({
    project: 'default',
    name: 'shop',
    notices: [],
    operation: null,
    unfinished_operation: null,
    checkpoint: null,
    nodes: [],
    ...more,
  }) as unknown as Status;

const openFor = (ms: number): Status['checkpoint'] => ({
  id: 'c1',
  operation_id: '0b7c1d2e-0000-4000-8000-000000000009',
  stage: 3,
  timestamp: new Date(serverNow() - 60_000).toISOString(),
  snapshot_id: 'snap-1',
  services_created: [],
  config_changes: [],
  health_check_endpoint: '',
  rollback_available_until: new Date(serverNow() + ms).toISOString(),
  status: 'open',
});

test('the operation that runs is named with its step, and leads to its page', async () => {
  const operation = exampleOperation({
    steps: exampleSteps({ status: 'done' }, { name: 'clone postgres-4', status: 'running' }),
    current: 1,
  });
  renderPage(<AboveTabs status={status({ operation })} />, { at: '/p/default/shop' });
  expect(await screen.findByText('2 of 2: clone postgres-4')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Watch' }).getAttribute('href')).toBe(
    `/p/default/shop/operations/${operation.id}`,
  );
});

test('what can be rolled back says what keeping it removes, and asks once', async () => {
  const asked = stubApi({ 'POST /v1/projects/default/services/shop/postgres/confirm': { takes_effect: 'now' } });
  const nodes = [{ name: 'postgres-1', kept: { until: null } }] as unknown as Status['nodes'];
  renderPage(<AboveTabs status={status({ checkpoint: openFor(200_000), nodes })} />, { at: '/p/default/shop/cost' });
  const link = await screen.findByRole('link', { name: 'Roll back …' });
  expect(link.getAttribute('href')).toBe('/p/default/shop/cost?do=rollback');
  expect(document.querySelector('[data-window]')?.getAttribute('data-window')).toBe('soon');
  fireEvent.click(screen.getByRole('button', { name: 'Keep it' }));
  const dialog = await screen.findByRole('dialog');
  expect(dialog.textContent).toContain('Then postgres-1 is removed');
  const posted = () => asked.filter(({ request }) => request.startsWith('POST'));
  expect(posted()).toEqual([]);
  fireEvent.click([...dialog.querySelectorAll('button')].find(({ textContent }) => textContent === 'Keep it')!);
  await waitFor(() => expect(posted()).toHaveLength(1));
});

test('a window that is over is not there, nor are its buttons', async () => {
  const { container } = renderPage(<AboveTabs status={status({ checkpoint: openFor(-1000), notices: ['seen'] })} />);
  await screen.findByText('seen');
  await waitFor(() => expect(container.querySelector('[data-window]')).toBeNull());
  expect(screen.queryByRole('link', { name: 'Roll back …' })).toBeNull();
});

// While orders was created, its page said in red that it was down, and that its front was missing.
test('what is not there yet is not missing', async () => {
  const notices = ['front is missing.'];
  const creating = { operation: exampleOperation({ type: 'create' }), notices };
  const { unmount } = renderPage(<AboveTabs status={status(creating)} />, { at: '/p/default/shop' });
  await screen.findByRole('link', { name: 'Watch' });
  expect(screen.queryByText('front is missing.')).toBeNull();
  expect(shownHealth('down', creating.operation)).toBe('changing');
  unmount();
  const expanding = { operation: exampleOperation({ type: 'expand' }), notices };
  renderPage(<AboveTabs status={status(expanding)} />, { at: '/p/default/shop' });
  expect(screen.getByText('front is missing.')).toBeTruthy();
  expect(shownHealth('down', expanding.operation)).toBe('down');
});
