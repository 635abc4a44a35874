import { fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { keys } from '../../data/keys.ts';
import { renderPage, stubApi } from '../../test/render.tsx';
import { LogsPage } from './logs-page.tsx';

const path = '/v1/projects/default/services/shop/postgres/logs';
const status = { id: 'a', name: 'shop', project: 'default', nodes: [{ name: 'postgres-1' }, { name: 'etcd-1' }] };
const known = [[keys.database('default', 'shop'), status]] as const;
const page = <LogsPage project="default" name="shop" />;

test('a viewer is not shown logs, and nothing is asked for', async () => {
  const asked = stubApi({});
  renderPage(page, { role: 'viewer', known });
  expect(await screen.findByText(/Reading logs needs operator/)).toBeTruthy();
  expect(asked).toEqual([]);
});

test('asks for what the address says, and counts the hits of what is looked for', async () => {
  const asked = stubApi({ [`GET ${path}`]: { logs: [{ node: 'etcd-1', text: 'ready\nFATAL one\nfatal two\n' }] } });
  renderPage(page, { at: '/p/default/shop/logs?node=etcd-1&lines=50&find=fatal', known });
  expect(await screen.findByText('3 lines')).toBeTruthy();
  expect(asked[0]!.request).toBe(`GET ${path}?lines=50&node=etcd-1`);
  expect(screen.getByText('2 lines')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Next hit' }));
  expect(screen.getByText('1 of 2')).toBeTruthy();
});

test('the node that is chosen stands in the address', async () => {
  stubApi({ [`GET ${path}`]: { logs: [] } });
  const { address } = renderPage(page, { at: '/p/default/shop/logs', known });
  fireEvent.change(await screen.findByLabelText('Node'), { target: { value: 'etcd-1' } });
  expect(address()).toBe('/p/default/shop/logs?node=etcd-1');
});
