import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { keys } from '../../data/keys.ts';
import type { Role, Status } from '../../data/types.ts';
import { renderPage, stubApi } from '../../test/render.tsx';
import { exampleStatus } from '../overview/example-status.ts';
import { SettingsPage } from './settings-page.tsx';

const show = (more: Partial<Status>, role: Role = 'admin') => {
  const release = 'POST /v1/projects/default/services/shop/postgres/release';
  const says = ['Its expand of 2026-01-01 counts as failed: nothing undoes or resumes it.'];
  const asked = stubApi({ [release]: { released: true }, [`${release}?dry_run=true`]: { released: false, says } });
  renderPage(<SettingsPage project="default" name="shop" />, {
    at: '/p/default/shop/settings',
    role,
    known: [[keys.database('default', 'shop'), exampleStatus(more)]],
  });
  return asked;
};
const linkIn = (region: string) =>
  within(screen.getByRole('region', { name: region }))
    .getByRole('link')
    .getAttribute('href');

test('shows the present options, and how they are changed', () => {
  const options = {
    failover_time: 10,
    sync_mode: 'sync_one',
    auto_failback: false,
    maximum_lag_on_failover: 1_048_576,
  };
  show({ stage: 3, ha: { ...exampleStatus({ stage: 3 }).ha, options } as Status['ha'] });
  const ha = screen.getByRole('region', { name: 'High availability' }).textContent;
  expect(ha).toContain('10 s');
  expect(ha).toContain('sync, one standby');
  expect(ha).toContain('1 MB');
  // A plan with other options would be refused.
  expect(within(screen.getByRole('region', { name: 'High availability' })).queryByRole('link')).toBeNull();
  expect(ha).toContain('go down a stage and up again');
});

test('what is not there can be added', () => {
  show({ stage: 0 });
  expect(linkIn('Read replicas')).toBe('/p/default/shop/settings?do=replicas');
});

test('a database that is held is released by an admin, who has read what differs', async () => {
  const held = {
    taken_at: '2026-01-01T10:00:00.000Z',
    compared_at: '2026-01-01T11:00:00.000Z',
    differences: [{ of: 'nodes' as const, text: 'postgres-2 is not there.' }],
  };
  const asked = show({ held });
  fireEvent.click(screen.getByRole('button', { name: 'Release …' }));
  const dialog = await screen.findByRole('dialog');
  expect(dialog.textContent).toContain('postgres-2 is not there.');
  expect(await within(dialog).findByText(/counts as failed/)).toBeTruthy();
  fireEvent.click(within(dialog).getByRole('button', { name: /release it/ }));
  await waitFor(() =>
    expect(asked.find(({ request }) => request.endsWith('/release'))?.body).toEqual({ confirm: true }),
  );
});

test('others read that it needs an admin', () => {
  show({ held: { taken_at: '2026-01-01T10:00:00.000Z', compared_at: null, differences: [] } }, 'operator');
  expect(screen.getByRole('button', { name: 'Release …' }).getAttribute('aria-disabled')).toBe('true');
  expect(screen.getByRole('button', { name: 'Release …' }).getAttribute('title')).toBe('needs admin');
});
