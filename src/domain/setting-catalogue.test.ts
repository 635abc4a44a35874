import { expect, test } from 'vitest';
import { settingDocuments, type DescribedSetting } from './setting-catalogue.ts';

const described = (name: string, more: Partial<DescribedSetting> = {}): DescribedSetting => ({
  name,
  category: 'Resource Usage / Memory',
  description: 'What it is.',
  type: 'integer',
  unit: 'kB',
  min: '64',
  max: '2147483647',
  choices: null,
  context: 'user',
  value: '4MB',
  by_default: '4096',
  ...more,
});
const documentOf = (setting: DescribedSetting, by_alter_system = {}, database = {}) =>
  settingDocuments(database, { node: 'postgres-1', settings: [setting], by_alter_system })[0];

test('a setting that nothing has touched is what PostgreSQL makes it, and changes at once', () => {
  expect(documentOf(described('work_mem'))).toMatchObject({
    takes_effect: 'live',
    value: '4MB',
    default: '4MB',
    chosen: null,
    by_alter_system: null,
    refused: null,
  });
});

test('what pgrow gives the servers is the default, by their memory, and what a server does at its start needs a hand-over', () => {
  const size = { memory_bytes: 4 * 1024 ** 3, cpus: 2 };
  const buffers = described('shared_buffers', { context: 'postmaster', unit: '8kB', by_default: '16384' });
  expect(documentOf(buffers, {}, { size })).toMatchObject({ takes_effect: 'hand_over', default: '1024MB' });
});

test('what an operator chose and what ALTER SYSTEM has set is said beside it', () => {
  const zone = described('TimeZone', { unit: null, value: 'Europe/Berlin' });
  const database = { settings: { TimeZone: 'Etc/UTC' }, chosen_settings: { timezone: 'Europe/Paris' } };
  expect(documentOf(zone, { timezone: 'Europe/Berlin' }, database)).toMatchObject({
    default: 'Etc/UTC',
    chosen: 'Europe/Paris',
    by_alter_system: 'Europe/Berlin',
  });
});

test('what pgrow relies on has the reason, and no effect', () => {
  const shown = documentOf(described('fsync', { context: 'sighup' }));
  expect(shown).toMatchObject({ takes_effect: null, refused: expect.stringContaining('destroy the data') });
  expect(documentOf(described('a_new_preset', { context: 'internal' }))?.takes_effect).toBeNull();
});

test('what may hold a password is not shown', () => {
  const conninfo = described('primary_conninfo', { value: 'password=secret-1' });
  const shown = documentOf(conninfo, { primary_conninfo: 'password=secret-1' });
  expect(JSON.stringify(shown)).not.toContain('secret-1');
  expect(documentOf(described('primary_conninfo', { value: '' }))?.value).toBe('');
});
