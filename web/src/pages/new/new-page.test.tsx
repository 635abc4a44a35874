import { fireEvent, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderPage, stubApi } from '../../test/render.tsx';
import { NewPage } from './new-page.tsx';

const problem = {
  status: 400,
  code: 'invalid_input',
  detail: 'Two values are not allowed.',
  problems: [
    { path: 'name', value: 'Shop', allowed: '1 to 40 characters' },
    { path: 'port', value: 80, allowed: '1024 to 65535' },
  ],
};
const plan = { cost_after: { monthly_usd: 15, items: [] }, estimated_duration_minutes: 0.1 };
const route = 'POST /v1/projects/default/services?dry_run=true';

const show = () => {
  const asked = stubApi({
    [route]: (body: { name: string }) =>
      body.name === 'Shop' ? Response.json(problem, { status: 400 }) : { operation: plan },
  });
  return { asked, ...renderPage(<NewPage />, { at: '/new' }) };
};
const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });

test('the API checks what is typed, and only by dry runs', async () => {
  const { asked, address } = show();
  type('Name', 'shop');
  await screen.findByText(/^\$15 per month/);
  expect(asked.filter(({ request }) => request.startsWith('POST')).map(({ request }) => request)).toEqual([route]);
  fireEvent.click(screen.getByRole('button', { name: 'Preview the plan' }));
  expect(address()).toBe('/new?do=create&name=shop');
});

test('two problems at once land on their two fields, and the focus on the first', async () => {
  const { address } = show();
  type('Name', 'Shop');
  type('Port on this host', '80');
  const name = screen.getByLabelText('Name');
  await vi.waitFor(() => expect(name.getAttribute('aria-invalid')).toBe('true'), { timeout: 5000 });
  const described = (field: HTMLElement) =>
    field
      .getAttribute('aria-describedby')!
      .split(' ')
      .map((id) => document.querySelector(`[id="${id}"]`)!.textContent)
      .join(' ');
  expect(described(name)).toContain('is "Shop", allowed: 1 to 40 characters');
  expect(described(screen.getByLabelText('Port on this host'))).toContain('is 80, allowed: 1024 to 65535');
  fireEvent.submit(name.closest('form')!);
  expect(document.activeElement).toBe(name);
  expect(address()).toBe('/new');
});
