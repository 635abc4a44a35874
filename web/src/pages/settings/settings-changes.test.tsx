import { fireEvent, screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { keys } from '../../data/keys.ts';
import { refusal, renderPage, stubApi } from '../../test/render.tsx';
import { SettingsPage } from './settings-page.tsx';

const service = '/v1/projects/default/services/shop';
const status = {
  id: 'a',
  name: 'shop',
  project: 'default',
  stage: 3,
  health: 'healthy',
  postgres_major: 17,
  protected: false,
  size: { memory_bytes: 2 ** 30, cpus: 2 },
  pooling: { enabled: true, options: { pool_mode: 'transaction', default_pool_size: 20 } },
  replicas: { count: 2, options: null },
  held: null,
  operation: null,
  nodes: [],
  storage: { limit_bytes: 50 * 2 ** 30, used_bytes: 41 * 2 ** 30 },
  ha: { enabled: true, options: { failover_time: 30, auto_failback: false, maximum_lag_on_failover: 1_048_576 } },
};
const show = (of: object = {}, role: 'viewer' | 'operator' | 'admin' = 'admin') =>
  renderPage(<SettingsPage project="default" name="shop" />, {
    at: '/p/default/shop/settings',
    role,
    known: [[keys.database('default', 'shop'), { ...status, ...of }]],
  });
const card = (name: string) => within(screen.getByRole('region', { name }));

test('shows present options, and each change leads to its plan; what cannot be changed says how it is', () => {
  stubApi({});
  show();
  expect(card('Pooling').getByText('transaction')).toBeTruthy();
  expect(card('Pooling').getByRole('link', { name: 'Change …' }).getAttribute('href')).toBe(
    '/p/default/shop/settings?do=pooling',
  );
  expect(card('Standbys').getByRole('link', { name: 'Change …' }).getAttribute('href')).toBe(
    '/p/default/shop/settings?do=replicas&count=2',
  );
  expect(card('High availability').getByText('1 MB')).toBeTruthy();
  expect(card('High availability').getByText(/go down a stage and up again/)).toBeTruthy();
  expect(card('Resources').getByLabelText<HTMLInputElement>('Memory').value).toBe('1GiB');
  expect(card('Resources').getByLabelText<HTMLInputElement>('CPUs').value).toBe('2');
  expect(card('Resources').getByText('The data of the fullest server take 41 of 50 GiB, 82 %')).toBeTruthy();
});

test('what is not there leads to the plan that adds it', () => {
  stubApi({});
  show({ stage: 0, pooling: { enabled: false, options: null }, ha: { enabled: false, options: null } });
  const links = ['Pooling', 'Read replicas', 'High availability'].map((name) =>
    card(name).getByRole('link', { name: 'Add …' }).getAttribute('href'),
  );
  expect(links).toEqual(['pooling', 'replicas', 'ha'].map((kind) => `/p/default/shop/settings?do=${kind}`));
});

test('records a password that the server accepts, says what it refuses, and keeps neither', async () => {
  let answer: unknown = refusal(409, 'The password is not recorded: the server refuses it.');
  const asked = stubApi({ [`POST ${service}/postgres/password`]: () => answer });
  show();
  const field = screen.getByLabelText<HTMLInputElement>('Password that was set');
  const record = (): void => {
    fireEvent.change(field, { target: { value: 'sesame' } });
    fireEvent.click(screen.getByRole('button', { name: 'Record' }));
  };
  record();
  expect(await screen.findByText('The password is not recorded: the server refuses it.')).toBeTruthy();
  expect(field.value).toBe('');
  answer = { role: 'shop' };
  record();
  expect(await screen.findByText(/The server accepts it for shop/)).toBeTruthy();
  const posted = asked.filter(({ request }) => request.startsWith('POST'));
  expect(posted.map(({ body }) => body)).toEqual([{ password: 'sesame' }, { password: 'sesame' }]);
});

test('an admin protects a database, and others are shown why they do not', async () => {
  const asked = stubApi({
    [`PATCH ${service}`]: {},
    [`GET ${service}/postgres/status`]: { ...status, protected: true },
  });
  show();
  fireEvent.click(card('Protection').getByRole('button', { name: 'Protect' }));
  expect(await screen.findByRole('button', { name: 'Protect no longer' })).toBeTruthy();
  expect(asked.find(({ request }) => request === `PATCH ${service}`)!.body).toEqual({ protected: true });
});

test('an operator does not change the protection', () => {
  stubApi({});
  show({}, 'operator');
  expect(card('Protection').getByRole('button', { name: 'Protect' }).getAttribute('title')).toBe('needs admin');
});
