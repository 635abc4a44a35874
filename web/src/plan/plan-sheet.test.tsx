import { fireEvent, screen, within } from '@testing-library/react';
import { beforeAll, expect, test, vi } from 'vitest';
import { keys } from '../data/keys.ts';
import type { Plan, Role, Status } from '../data/types.ts';
import { exampleStatus } from '../pages/overview/example-status.ts';
import { PlanSheet } from '../shell/plan-sheet.tsx';
import plans from '../test/recorded/plans.json';
import { refusal, renderPage, stubApi } from '../test/render.tsx';

// A page loads it when it is first needed.
beforeAll(() => import('./plan-sheet.tsx'));

const shop = '/v1/projects/default/services/shop';
const growth = { ...plans.ha.operation, database: 'shop' } as unknown as Plan;
const destroy = plans.destroy.operation as unknown as Plan;
const accepted = {
  operation_id: '0b7c1d2e-0000-4000-8000-000000000001',
  service_id: 'x',
  workflow_id: 'w',
  run_id: null,
};

const pool = { pool_mode: { type: 'string', enum: ['session', 'transaction'], default: 'transaction' } };
const number = { default_pool_size: { type: 'integer', minimum: 1, maximum: 1000, default: 20 } };
const schema = (properties: object) => ({
  post: { requestBody: { content: { 'application/json': { schema: { type: 'object', properties } } } } },
});
const route = '/v1/projects/{projectId}/services/{serviceId}/postgres';
const openApi = {
  paths: {
    [`${route}/ha`]: schema({ cutover: { enum: ['automatic', 'on_signal'] } }),
    [`${route}/pooling`]: schema({ ...pool, ...number }),
  },
};

interface Shown {
  readonly search: string;
  readonly answers?: Record<string, unknown>;
  readonly role?: Role;
  readonly status?: Partial<Status>;
}

/** The sheet of a change of `shop`; every dry run is answered with what `plan` gives then. */
const show = ({ search, answers = {}, role = 'admin', status = {} }: Shown) => {
  const asked = stubApi({
    'GET /openapi.json': openApi,
    [`GET ${shop}/postgres/snapshots`]: { snapshots: [] },
    ...answers,
  });
  const rendered = renderPage(<PlanSheet project="default" name="shop" />, {
    at: `/p/default/shop/scale${search}`,
    role,
    known: [[keys.database('default', 'shop'), exampleStatus({ stage: 2, ...status })]],
  });
  const writes = () => asked.filter(({ request }) => !request.startsWith('GET') && !request.includes('dry_run=true'));
  return { ...rendered, asked, writes };
};

/** Answers a dry run with the plan, and what starts it with what comes next. */
const answering = (plan: () => Plan, start: () => unknown = () => accepted) => ({
  [`POST ${shop}/postgres/ha?preflight=true&dry_run=true`]: () => ({ operation: plan() }),
  [`POST ${shop}/postgres/ha`]: () => start(),
});

const button = (name: string | RegExp) => screen.findByRole('button', { name });
const enabled = async (name: string | RegExp) => {
  const found = await button(name);
  await vi.waitFor(() => expect(found.getAttribute('aria-disabled')).toBeNull());
  return found;
};

test('shows everything of a plan before anything is sent', async () => {
  const { writes } = show({ search: '?do=ha', answers: answering(() => growth) });
  await enabled('Expand now');
  const sheet = screen.getByRole('dialog');
  for (const { name } of growth.steps) expect(sheet.textContent).toContain(name);
  for (const warning of growth.warnings) expect(sheet.textContent).toContain(warning);
  expect(sheet.textContent).toContain('$50 → $77');
  expect(sheet.textContent).toContain('nothing has been changed yet');
  expect(sheet.textContent).toContain('./pgrow expand shop --to ha');
  const diamonds = within(sheet).getAllByText(/◆ point of no return/);
  expect(diamonds).toHaveLength(1);
  expect(diamonds[0]!.closest('[data-step]')?.textContent).toContain(growth.point_of_no_return);
  expect(writes()).toEqual([]);
});

test('however often it is pressed, one operation starts, and its page is shown', async () => {
  const { writes, address } = show({ search: '?do=ha', answers: answering(() => growth) });
  const start = await enabled('Expand now');
  fireEvent.click(start);
  fireEvent.click(start);
  await vi.waitFor(() => expect(address()).toBe(`/p/default/shop/operations/${accepted.operation_id}`));
  expect(writes()).toEqual([{ request: `POST ${shop}/postgres/ha`, body: {} }]);
});

test('a cut-over that waits is asked for with its own button', async () => {
  const { writes } = show({ search: '?do=ha', answers: answering(() => growth) });
  fireEvent.click(await enabled('Prepare, I cut over later'));
  await vi.waitFor(() =>
    expect(writes()).toEqual([{ request: `POST ${shop}/postgres/ha`, body: { cutover: 'on_signal' } }]),
  );
});

test('another plan by now is shown with what is different, and starts only when it is pressed again', async () => {
  const other = { ...growth, digest: 'f'.repeat(64), warnings: ['A warning that is new.'] };
  let present = growth;
  const changed = Response.json(
    { code: 'plan_changed', status: 412, detail: 'The plan has changed.' },
    { status: 412 },
  );
  const { writes, address } = show({
    search: '?do=ha',
    answers: answering(
      () => present,
      () => {
        const isOld = present === growth;
        present = other;
        return isOld ? changed : accepted;
      },
    ),
  });
  fireEvent.click(await enabled('Expand now'));
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('The plan has changed.');
  expect(alert.textContent).toContain('new warning: A warning that is new.');
  expect(address()).toContain('?do=ha');
  expect(writes()).toHaveLength(1);
  fireEvent.click(await enabled('Expand now'));
  await vi.waitFor(() => expect(address()).toContain('/operations/'));
  expect(writes()).toHaveLength(2);
});

test('what is lost has to be ticked first, and is confirmed then', async () => {
  const losses = ['Unlogged tables lose their rows.', 'A slot goes.'];
  const { writes } = show({ search: '?do=ha', answers: answering(() => ({ ...growth, losses, warnings: losses })) });
  const start = await button('Expand now');
  const boxes = await screen.findAllByRole('checkbox', { name: /rows|slot/ });
  for (const box of boxes) {
    expect(start.getAttribute('aria-disabled')).toBe('true');
    fireEvent.click(box);
  }
  fireEvent.click(await enabled('Expand now'));
  await vi.waitFor(() => expect(writes()).toEqual([{ request: `POST ${shop}/postgres/ha`, body: { confirm: true } }]));
});

test('an operation that runs already is a link to it', async () => {
  const problem = {
    code: 'operation_running',
    status: 409,
    detail: 'Cannot change shop now: expand runs.',
    problems: [{ path: 'operation', value: { id: 'o1' }, allowed: 'one operation at a time' }],
  };
  show({
    search: '?do=ha',
    answers: { [`POST ${shop}/postgres/ha`]: Response.json(problem, { status: 409 }) },
  });
  const link = await screen.findByRole('link', { name: 'Show that operation' });
  expect(link.getAttribute('href')).toBe('/p/default/shop/operations/o1');
  expect((await button('Start it')).getAttribute('aria-disabled')).toBe('true');
});

test('a viewer sees the plan, and that starting it needs an operator', async () => {
  const { writes } = show({ search: '?do=ha', role: 'viewer', answers: answering(() => growth) });
  const start = await button(/Expand now/);
  expect(start.getAttribute('aria-disabled')).toBe('true');
  expect(screen.getAllByText('needs operator').length).toBeGreaterThan(0);
  fireEvent.click(start);
  expect(writes()).toEqual([]);
});

test('two options that are wrong are said at their fields, and the first has the focus', async () => {
  const problems = [
    { path: 'pool_mode', value: 'x', allowed: 'session, transaction' },
    { path: 'default_pool_size', value: 0, allowed: 'a whole number from 1 to 1000' },
  ];
  show({
    search: '?do=pooling&pool_mode=x&default_pool_size=0',
    answers: {
      [`POST ${shop}/postgres/pooling`]: Response.json(
        { code: 'invalid_input', status: 422, detail: 'The request is invalid.', problems },
        { status: 422 },
      ),
    },
  });
  const size = await screen.findByLabelText('Server connections per user and database');
  await vi.waitFor(() => expect(size.getAttribute('aria-invalid')).toBe('true'));
  const said = size
    .getAttribute('aria-describedby')!
    .split(' ')
    .map((id) => document.querySelector(`[id="${id}"]`)!.textContent);
  expect(said.join()).toContain('a whole number from 1 to 1000');
  await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Pool mode')));
});

test('a change of an option is planned again, and stands in the address', async () => {
  const { asked, address } = show({
    search: '?do=pooling',
    answers: { [`POST ${shop}/postgres/pooling`]: () => ({ operation: { ...growth, type: 'set_pooling' } }) },
  });
  const size = await screen.findByLabelText('Server connections per user and database');
  fireEvent.change(size, { target: { value: '30' } });
  await vi.waitFor(() => expect(asked.at(-1)?.body).toEqual({ default_pool_size: 30 }));
  expect(address()).toBe('/p/default/shop/scale?do=pooling&default_pool_size=30');
  // What is usual need not be said.
  fireEvent.change(size, { target: { value: '20' } });
  await vi.waitFor(() => expect(asked.at(-1)?.body).toEqual({}));
});

test.each(['sho', 'Shop', 'shop ', 'shops'])('a database is not destroyed by %j, only by its name', async (wrong) => {
  const { writes, address } = show({
    search: '?do=destroy',
    answers: {
      [`DELETE ${shop}?confirm=shop&preflight=true&dry_run=true`]: { operation: destroy },
      [`DELETE ${shop}?confirm=shop`]: accepted,
    },
  });
  const name = await screen.findByLabelText('Type shop to destroy it');
  const start = await button(/Destroy it for good/);
  fireEvent.change(name, { target: { value: wrong } });
  expect(start.getAttribute('aria-disabled')).toBe('true');
  fireEvent.change(name, { target: { value: 'shop' } });
  fireEvent.click(await enabled(/Destroy it for good/));
  await vi.waitFor(() => expect(address()).toBe('/'));
  expect(writes()).toEqual([{ request: `DELETE ${shop}?confirm=shop`, body: undefined }]);
});

test('what cannot be planned says why', async () => {
  show({ search: '?do=ha', answers: { [`POST ${shop}/postgres/ha`]: refusal(409, 'shop is held.') } });
  expect((await screen.findByRole('alert')).textContent).toContain('shop is held.');
});

test('a database is made from a page that shows none, and its operation is shown', async () => {
  const services = '/v1/projects/default/services';
  const creation = { ...growth, type: 'create', database: 'other', from_stage: null, to_stage: 0 };
  const asked = stubApi({
    'GET /openapi.json': openApi,
    [`POST ${services}?preflight=true&dry_run=true`]: { operation: creation },
    [`POST ${services}`]: accepted,
  });
  const { address } = renderPage(<PlanSheet project="default" name={null} />, { at: '/new?do=create&name=other' });
  fireEvent.click(await enabled('Create it'));
  await vi.waitFor(() => expect(address()).toBe(`/p/default/other/operations/${accepted.operation_id}`));
  expect(asked.at(-1)).toEqual({ request: `POST ${services}`, body: { name: 'other' } });
});
