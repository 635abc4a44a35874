import { fireEvent, screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { keys } from '../../data/keys.ts';
import { refusal, renderPage, stubApi } from '../../test/render.tsx';
import { SystemPage } from './system-page.tsx';

const up = { state: 'up', since: '2026-11-21T04:45:41Z', says: 'It answers.', next: null };
const down = { ...up, state: 'down', says: 'No worker has asked for work for 40 s.', next: 'Start it: ./pgrow up' };
const system = { api: up, worker: down, temporal: up, monitor: up, docker: up, metadata: up };

const show = (section: string, role: 'viewer' | 'operator' | 'admin' = 'admin') =>
  renderPage(<SystemPage />, {
    at: section === '' ? '/system' : `/system?show=${section}`,
    role,
    known: [[keys.system, system]],
  });

test('shows each part of the control plane: how it is, and what to do', () => {
  stubApi({});
  show('');
  const worker = screen.getByRole('heading', { name: 'Worker' }).closest('li')!;
  expect(worker.textContent).toContain('down');
  expect(worker.textContent).toContain('No worker has asked for work for 40 s.');
  expect(worker.textContent).toContain('Start it: ./pgrow up');
});

test('says in the words of the API what a section needs', async () => {
  stubApi({ 'GET /v1/audit': refusal(403, 'This needs the role admin; yours is viewer.') });
  show('audit', 'viewer');
  expect(await screen.findByText('This needs the role admin; yours is viewer.')).toBeTruthy();
});

const finding = {
  kind: 'volume',
  name: 'pgrow-stray',
  database: null,
  explanation: 'Nothing uses it.',
  removable: true,
  command: 'docker volume rm pgrow-stray',
};
const missing = { ...finding, kind: 'missing_node', name: 'postgres-2', removable: false, command: './pgrow repair' };

test('asks once before leftovers are removed, and names what goes', async () => {
  const asked = stubApi({
    'GET /v1/doctor': { findings: [finding, missing] },
    'POST /v1/doctor/removal': { removed: [finding], failed: [], findings: [missing] },
  });
  show('findings');
  fireEvent.click(await screen.findByRole('button', { name: 'Remove what is safe to remove …' }));
  const dialog = await screen.findByRole('dialog');
  expect(dialog.textContent).toContain('volume pgrow-stray');
  expect(dialog.textContent).not.toContain('postgres-2');
  expect(asked).toHaveLength(1);
  fireEvent.click(within(dialog).getByRole('button', { name: 'Remove' }));
  expect(await screen.findByText('Removed: volume pgrow-stray.')).toBeTruthy();
  await vi.waitFor(() => expect(screen.queryByRole('heading', { name: 'volume pgrow-stray' })).toBeNull());
});

const token = {
  id: 'b',
  name: 'ci',
  project: 'default',
  role: 'operator',
  created_at: '2026-11-21T04:45:41Z',
  created_by: 'cli:alice',
  expires_at: null,
  expired: false,
  last_used_at: null,
  successor: null,
};

test('marks a token that has a successor', async () => {
  const replaced = { ...token, expires_at: '2026-11-22T04:45:41Z', successor: 'd' };
  stubApi({ 'GET /v1/tokens': { tokens: [replaced], next_cursor: null } });
  show('tokens');
  expect(await screen.findByText(/, replaced$/)).toBeTruthy();
});

test('shows a new token once, and sends what was chosen', async () => {
  const asked = stubApi({
    'GET /v1/tokens': { tokens: [token, { ...token, id: 'c', name: 'own', created_by: null }], next_cursor: null },
    'POST /v1/tokens': { ...token, token: 'pgrow_secret' },
  });
  show('tokens');
  const revoke = await screen.findByRole('button', { name: 'Revoke own' });
  expect(revoke.getAttribute('aria-disabled')).toBe('true');
  fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'ci' } });
  fireEvent.change(screen.getByLabelText('Role'), { target: { value: 'operator' } });
  fireEvent.click(screen.getByRole('button', { name: 'Create the token' }));
  expect(await screen.findByText('pgrow_secret')).toBeTruthy();
  expect(asked.find(({ request }) => request === 'POST /v1/tokens')!.body).toEqual({
    name: 'ci',
    role: 'operator',
    project: '*',
    expires_in: 7_776_000,
  });
});

const session = {
  id: 's1',
  actor: 'alice:web',
  project: '*',
  role: 'admin',
  browser: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  insecure: false,
  created_at: '2026-11-21T04:45:41Z',
  last_seen_at: '2026-11-21T04:45:41Z',
  expires_at: '2026-11-21T16:45:41Z',
};

test('signs another browser out after asking', async () => {
  const other = { ...session, id: 's2', actor: 'bob:web' };
  const asked = stubApi({
    'GET /v1/sessions': { sessions: [session, other], current: 's1' },
    'DELETE /v1/sessions/s2': other,
  });
  show('sessions');
  expect(await screen.findAllByText('Firefox 140 on Linux')).toHaveLength(2);
  expect(screen.getByRole('button', { name: 'Sign out here' })).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Sign out bob:web' }));
  fireEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Sign out' }));
  await vi.waitFor(() => expect(asked.map(({ request }) => request)).toContain('DELETE /v1/sessions/s2'));
});

const entry = (id: string, action: string) => ({
  id,
  at: '2026-11-21T04:45:41Z',
  actor: 'alice',
  project: 'default',
  service_id: null,
  action,
  details: { database: 'shop', node: 'postgres-1' },
  token_id: null,
  request_id: null,
});

test('loads older entries of the audit on demand, of the database that the address names', async () => {
  const asked = stubApi({
    'GET /v1/audit?database=shop': { entries: [entry('2', 'verify_snapshot')], next_cursor: 'next' },
    'GET /v1/audit?database=shop&cursor=next': { entries: [entry('1', 'rollback')], next_cursor: null },
  });
  show('audit&database=shop');
  expect(await screen.findByText('verify snapshot')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Load older' }));
  expect(await screen.findByText('rollback')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Load older' })).toBeNull();
  expect(asked).toHaveLength(2);
});
