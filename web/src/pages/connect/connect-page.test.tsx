import { fireEvent, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { keys } from '../../data/keys.ts';
import type { Role } from '../../data/types.ts';
import { renderPage, stubApi } from '../../test/render.tsx';
import { exampleStatus } from '../overview/example-status.ts';
import { ConnectPage } from './connect-page.tsx';

const of = { project: 'default', name: 'shop' };
const path = 'GET /v1/projects/default/services/shop/postgres/connection-strings';

const strings = (credentials: string) => {
  const at = (place: string) => `postgresql://${credentials}@${place}/shop`;
  const none = { pooled_read_only: null, read_write: null, read_only: null, any_node: null };
  return {
    best: 'pooled',
    host: { ...none, postgres: at('127.0.0.1:31757'), pooled: at('127.0.0.1:31758') },
    network: { ...none, postgres: at('postgres:5432'), pooled: at('pgbouncer:5432') },
    clients_network: 'pgrow-1a2b3c4d-shop-9f8e7d6c-clients',
  };
};

const show = async (at = '', role: Role = 'operator') => {
  const asked = stubApi({
    [`${path}?reveal=false`]: strings('shop'),
    [`${path}?reveal=true`]: { ...strings('shop:s3c%40t'), password: 'accepted' },
  });
  const known = [[keys.database(of.project, of.name), exampleStatus({ stage: 1 })]] as const;
  const page = renderPage(<ConnectPage {...of} />, { at: `/p/default/shop/connect${at}`, role, known });
  await screen.findByRole('tab', { name: 'URL' });
  return { asked, ...page };
};
const shownCode = () => screen.getByRole('tabpanel').querySelector('pre')!.textContent;

test('the best endpoint is shown, masked until the password is revealed', async () => {
  const { asked, container } = await show();
  expect(shownCode()).toBe('postgresql://shop:••••••••@127.0.0.1:31758/shop');
  expect(container.textContent).not.toContain('s3c');
  expect(asked.some(({ request }) => request.includes('reveal=true'))).toBe(false);
  fireEvent.click(screen.getByRole('button', { name: 'Reveal' }));
  await vi.waitFor(() => expect(shownCode()).toBe('postgresql://shop:s3c%40t@127.0.0.1:31758/shop'));
  fireEvent.click(screen.getByRole('button', { name: 'Hide' }));
  expect(shownCode()).toContain('••••');
});

test('the address says where from, what for and as what', async () => {
  await show('?from=network&what=postgres&as=libpq');
  expect(shownCode()).toBe('host=postgres port=5432 user=shop password=•••••••• dbname=shop');
});

test('who connects from a container reads which network it joins', async () => {
  const { container } = await show('?from=network');
  expect(container.textContent).toContain('Its name: pgrow-1a2b3c4d-shop-9f8e7d6c-clients');
});

test('what is copied is the string, to the letter', async () => {
  const writeText = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
  await show();
  fireEvent.click(screen.getByRole('button', { name: 'Reveal' }));
  await vi.waitFor(() => expect(shownCode()).toContain('s3c'));
  fireEvent.click(screen.getByRole('button', { name: 'Copy URL' }));
  await vi.waitFor(() => expect(writeText).toHaveBeenCalledWith('postgresql://shop:s3c%40t@127.0.0.1:31758/shop'));
});

test('endpoints that do not exist say what they need', async () => {
  await show('?what=read_only');
  const missing = screen.getByRole('radio', { name: /Read-only comes with read replicas/ });
  expect(missing).toHaveProperty('disabled', true);
  expect(shownCode()).toContain(':31758/');
});

test('a viewer cannot reveal, and reads why', async () => {
  const { asked } = await show('', 'viewer');
  const reveal = screen.getByRole('button', { name: 'Reveal' });
  fireEvent.click(reveal);
  expect(reveal.getAttribute('title')).toBe('needs operator');
  expect(shownCode()).toBe('postgresql://shop@127.0.0.1:31758/shop');
  expect(asked.some(({ request }) => request.includes('reveal=true'))).toBe(false);
});

test('transaction pooling comes with the caveats of the driver', async () => {
  await show('?as=python');
  expect(screen.getByText(/prepare_threshold=None/)).toBeDefined();
  fireEvent.click(screen.getByRole('radio', { name: 'Direct' }));
  expect(screen.queryByText(/prepare_threshold=None/)).toBeNull();
});
