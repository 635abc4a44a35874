import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { keys } from '../../data/keys.ts';
import type { Role } from '../../data/types.ts';
import { renderPage, stubApi } from '../../test/render.tsx';
import { exampleStatus } from '../overview/example-status.ts';
import { exampleExtensions as extensions, exampleSettings as settings } from './example-settings.ts';
import { SettingsPage } from './settings-page.tsx';

const service = '/v1/projects/default/services/shop/postgres';

const show = (role: Role = 'operator', answer: (body: unknown) => unknown = () => ({ operation: null })) => {
  const asked = stubApi({ [`POST ${service}/change`]: answer, [`GET ${service}/advice`]: { advice: [], says: [] } });
  const page = renderPage(<SettingsPage project="default" name="shop" />, {
    at: '/p/default/shop/settings',
    role,
    known: [
      [keys.database('default', 'shop'), exampleStatus()],
      [keys.of('default', 'shop', 'settings'), settings],
      [keys.of('default', 'shop', 'extensions'), extensions],
    ],
  });
  return { ...page, asked };
};

const row = (name: string) => within(document.querySelector<HTMLElement>(`[data-setting="${name}"]`)!);
const names = () =>
  [...document.querySelectorAll<HTMLElement>('[data-setting]')].map(({ dataset }) => dataset['setting']);
const field = (name: string) => row(name).getByLabelText(name, { selector: 'input, select' });
const edit = (name: string, value: string): void => {
  fireEvent.click(row(name).getByRole('button', { name: new RegExp(`^Change ${name},`) }));
  fireEvent.change(field(name), { target: { value } });
  fireEvent.keyDown(field(name), { key: 'Enter' });
};
const preview = () =>
  new URLSearchParams(screen.getByRole('link', { name: 'Preview' }).getAttribute('href')!.split('?')[1]);

test('shows what people change first and what is chosen; the rest by a search or all of them', () => {
  show();
  expect(names()).toEqual(['shared_buffers', 'work_mem', 'statement_timeout', 'jit']);
  fireEvent.change(screen.getByLabelText('Search settings'), { target: { value: 'wal level' } });
  expect(names()).toEqual(['wal_level']);
  fireEvent.change(screen.getByLabelText('Search settings'), { target: { value: '' } });
  fireEvent.click(screen.getByRole('radio', { name: 'All' }));
  expect(names()).toHaveLength(settings.settings.length);
});

test('all that is edited is one change, which leads to its plan', async () => {
  show();
  edit('work_mem', '16MB');
  fireEvent.click(row('shared_buffers').getByRole('button', { name: 'Reset shared_buffers' }));
  fireEvent.change(screen.getByLabelText('CPUs'), { target: { value: '4' } });
  fireEvent.change(screen.getByLabelText('Add an extension'), { target: { value: 'vector' } });
  fireEvent.click(screen.getByRole('button', { name: 'Add' }));
  fireEvent.click(screen.getByRole('button', { name: 'Bring to the newest image' }));
  expect(await screen.findByText('5 changes')).toBeTruthy();
  expect(Object.fromEntries(preview())).toEqual({
    do: 'change',
    cpus: '4',
    settings: '{"work_mem":"16MB","shared_buffers":null}',
    extensions: '["vector"]',
    image: 'newest',
  });
  fireEvent.click(row('work_mem').getByRole('button', { name: 'Leave work_mem as it is' }));
  expect(await screen.findByText('4 changes')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Discard' }));
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Preview' })).toBeNull());
});

/** A character at a time, as it stands in the field by then. */
const type = (input: HTMLInputElement, text: string): void => {
  fireEvent.change(input, { target: { value: '' } });
  for (const character of text) fireEvent.change(input, { target: { value: input.value + character } });
};

test('a number is typed as it is written, zeros behind the point included', async () => {
  show();
  const cpus = screen.getByLabelText<HTMLInputElement>('CPUs');
  type(cpus, '2.05');
  expect(cpus.value).toBe('2.05');
  await waitFor(() => expect(preview().get('cpus')).toBe('2.05'));
  type(cpus, '2.50');
  await waitFor(() => expect(preview().get('cpus')).toBe('2.5'));
  expect(cpus.value).toBe('2.50');
  fireEvent.blur(cpus);
  expect(cpus.value).toBe('2.5');
});

test('what is as it was is no change', async () => {
  show();
  edit('work_mem', '16MB');
  expect(await screen.findByText('1 change')).toBeTruthy();
  edit('work_mem', '4MB');
  await waitFor(() => expect(screen.queryByText('1 change')).toBeNull());
});

test('a text can be empty, and what is no text cannot', async () => {
  show();
  fireEvent.change(screen.getByLabelText('Search settings'), { target: { value: 'search_path' } });
  edit('search_path', '');
  await waitFor(() => expect(preview().get('settings')).toBe('{"search_path":""}'));
  expect(row('search_path').getByRole('button', { name: /to be ''$/ })).toBeTruthy();
  fireEvent.change(screen.getByLabelText('Search settings'), { target: { value: 'work_mem' } });
  edit('work_mem', '');
  await waitFor(() => expect(preview().get('settings')).toBe('{"search_path":""}'));
  expect(screen.getByText('1 change')).toBeTruthy();
});

test('what runs is a change where another value is chosen', async () => {
  show();
  fireEvent.change(screen.getByLabelText('Search settings'), { target: { value: 'statement_timeout' } });
  edit('statement_timeout', '20s');
  await waitFor(() => expect(preview().get('settings')).toBe('{"statement_timeout":"20s"}'));
  edit('statement_timeout', '30s');
  await waitFor(() => expect(preview().get('settings')).toBe('{"statement_timeout":"30s"}'));
  edit('statement_timeout', '10s');
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Preview' })).toBeNull());
});

test('Enter in a field that was only looked at leaves a reset as it is', async () => {
  show();
  fireEvent.click(row('shared_buffers').getByRole('button', { name: 'Reset shared_buffers' }));
  fireEvent.click(await row('shared_buffers').findByRole('button', { name: /to be 256MB$/ }));
  fireEvent.keyDown(field('shared_buffers'), { key: 'Enter' });
  await waitFor(() => expect(preview().get('settings')).toBe('{"shared_buffers":null}'));
  expect(row('shared_buffers').getByRole('button', { name: /to be 256MB$/ })).toBeTruthy();
});

test('the focus stays on the page when the button that was pressed goes', async () => {
  show();
  const focused = () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent;
  const press = (button: HTMLElement): void => {
    button.focus();
    fireEvent.click(button);
  };
  press(row('shared_buffers').getByRole('button', { name: 'Reset shared_buffers' }));
  const leave = await row('shared_buffers').findByRole('button', { name: 'Leave shared_buffers as it is' });
  expect(focused()).toMatch(/^Change shared_buffers,/);
  press(leave);
  await row('shared_buffers').findByRole('button', { name: 'Reset shared_buffers' });
  expect(focused()).toMatch(/^Change shared_buffers,/);
  fireEvent.change(screen.getByLabelText('Add an extension'), { target: { value: 'vector' } });
  fireEvent.click(screen.getByRole('button', { name: 'Add' }));
  press(await screen.findByRole('button', { name: 'Leave vector out' }));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Leave vector out' })).toBeNull());
  expect(focused()).toBe('Extensions');
  edit('work_mem', '16MB');
  press(await screen.findByRole('button', { name: 'Discard' }));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Discard' })).toBeNull());
  expect(focused()).toBe('Settings');
});

test('a row is called by its setting, and described by what it is', () => {
  show();
  fireEvent.change(screen.getByLabelText('Search settings'), { target: { value: 'wal_level' } });
  expect(screen.getByRole('table', { name: 'Settings of PostgreSQL, in groups' })).toBeTruthy();
  const header = screen.getByRole('rowheader', { name: 'wal_level' });
  expect(
    header
      .getAttribute('aria-describedby')!
      .split(' ')
      .map((id) => document.getElementById(id)!.textContent),
  ).toEqual(['', 'Sets wal_level.', 'Replicas need it. Leave it as it is.']);
});

test('what the server refuses stands at its field', async () => {
  const says = 'invalid value for parameter "work_mem": "banana"';
  const { asked } = show('operator', () =>
    Response.json(
      {
        status: 422,
        code: 'invalid_input',
        detail: 'x',
        problems: [{ path: 'settings.work_mem', value: 'banana', allowed: says }],
      },
      { status: 422 },
    ),
  );
  edit('work_mem', 'banana');
  expect(await row('work_mem').findByText(says)).toBeTruthy();
  expect(field('work_mem').getAttribute('aria-invalid')).toBe('true');
  expect(screen.getByText('1 value is not allowed')).toBeTruthy();
  const posted = asked.filter(({ request }) => request.startsWith('POST'));
  expect(posted.every(({ request }) => request.includes('dry_run=true'))).toBe(true);
});

test('what pgrow needs is shown with the reason, and not edited', () => {
  show();
  fireEvent.change(screen.getByLabelText('Search settings'), { target: { value: 'wal' } });
  expect(row('wal_level').getByText('Replicas need it. Leave it as it is.')).toBeTruthy();
  expect(row('wal_level').queryByRole('button')).toBeNull();
});

test('a viewer reads everything and edits nothing', () => {
  show('viewer');
  expect(screen.getByText(/^Read only/)).toBeTruthy();
  expect(row('work_mem').queryByRole('button')).toBeNull();
  expect(screen.getByLabelText<HTMLInputElement>('Memory').readOnly).toBe(true);
  expect(screen.queryByLabelText('Add an extension')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Bring to the newest image' })).toBeNull();
});
