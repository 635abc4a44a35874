import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { keys } from '../../data/keys.ts';
import type { Cost } from '../../data/types.ts';
import { renderPage } from '../../test/render.tsx';
import { exampleLadder, exampleOperation, exampleStatus } from '../overview/example-status.ts';
import { CostPage } from './cost-page.tsx';

const of = { project: 'default', name: 'shop' };
const cost: Cost = { monthly_usd: 15, items: [{ kind: 'postgres', count: 1, monthly_usd: 15 }] };

const show = (operation = exampleStatus().operation) =>
  renderPage(<CostPage {...of} />, {
    at: '/p/default/shop/cost',
    known: [
      [keys.database(of.project, of.name), exampleStatus({ operation })],
      [keys.of(of.project, of.name, 'cost'), cost],
      [keys.of(of.project, of.name, 'ladder'), exampleLadder],
    ],
  });
const row = (name: RegExp) => screen.getByRole('row', { name });

test('what it costs now is listed item by item', () => {
  show();
  expect(row(/^PostgreSQL servers/).textContent).toContain('1$15');
  expect(row(/^Total/).textContent).toContain('$15');
});

test('each stage has its total, its difference and its plan', () => {
  show();
  expect(row(/you are here/).getAttribute('aria-current')).toBe('true');
  expect(row(/^2 replicas/).textContent).toContain('$35+ $20');
  const preview = within(row(/^2 replicas/)).getByRole('link', { name: 'Preview 2 replicas' });
  expect(preview.getAttribute('href')).toBe('/p/default/shop/cost?do=replicas');
});

test('a stage that cannot be reached now has no price and says why', () => {
  show();
  const stage = row(/^3 high availability/);
  expect(stage.textContent).toContain('not known');
  expect(within(stage).getByRole('button').getAttribute('title')).toBe('an operation runs');
});

test('an operation that runs says what it changes', () => {
  show(exampleOperation({ nodes_added: [], nodes_removed: [] }));
  expect(screen.getByText('$77').parentElement!.textContent).toBe(
    'The expand that runs changes it to $77 (+ $62 per month).',
  );
});
