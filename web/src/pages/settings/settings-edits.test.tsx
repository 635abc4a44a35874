import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { keys } from '../../data/keys.ts';
import type { Extensions, Role, Setting, Settings } from '../../data/types.ts';
import { renderPage, stubApi } from '../../test/render.tsx';
import { exampleStatus } from '../overview/example-status.ts';
import { SettingsPage } from './settings-page.tsx';

const service = '/v1/projects/default/services/shop/postgres';

const setting = (name: string, more: Partial<Setting> = {}): Setting => ({
  name,
  category: 'Resource Usage / Memory',
  description: `Sets ${name}.`,
  type: 'integer',
  unit: 'kB',
  min: '64',
  max: '2147483647',
  choices: null,
  context: 'user',
  takes_effect: 'live',
  value: '4MB',
  default: '4MB',
  chosen: null,
  by_alter_system: null,
  refused: null,
  ...more,
});

const settings: Settings = {
  node: 'postgres-1',
  settings: [
    setting('work_mem'),
    setting('shared_buffers', { takes_effect: 'hand_over', value: '512MB', chosen: '512MB', default: '256MB' }),
    setting('wal_level', { takes_effect: null, refused: 'Replicas need it. Leave it as it is.', value: 'replica' }),
    setting('jit', { type: 'bool', unit: null, min: null, max: null, value: 'on', by_alter_system: 'on' }),
    setting('geqo', { type: 'bool', unit: null, min: null, max: null, value: 'on' }),
  ],
};
const extensions: Extensions = {
  node: 'postgres-1',
  extensions: [
    { name: 'plpgsql', version: '1.0', installed: '1.0', comment: null, offered: true, library: null, refused: null },
    {
      name: 'vector',
      version: '0.8',
      installed: null,
      comment: 'vectors',
      offered: true,
      library: null,
      refused: null,
    },
    { name: 'adminpack', version: '2', installed: null, comment: null, offered: false, library: null, refused: 'no' },
  ],
};

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
const edit = (name: string, value: string): void => {
  fireEvent.click(row(name).getByRole('button', { name: new RegExp(`^Change ${name},`) }));
  fireEvent.change(row(name).getByLabelText(name), { target: { value } });
  fireEvent.keyDown(row(name).getByLabelText(name), { key: 'Enter' });
};
const preview = () =>
  new URLSearchParams(screen.getByRole('link', { name: 'Preview' }).getAttribute('href')!.split('?')[1]);

test('shows what people change first and what is chosen; the rest by a search or all of them', () => {
  show();
  expect(names()).toEqual(['shared_buffers', 'work_mem', 'jit']);
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
const type = (field: HTMLInputElement, text: string): void => {
  fireEvent.focus(field);
  fireEvent.change(field, { target: { value: '' } });
  for (const character of text) fireEvent.change(field, { target: { value: field.value + character } });
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
  expect(row('work_mem').getByLabelText('work_mem').getAttribute('aria-invalid')).toBe('true');
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
