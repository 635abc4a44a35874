import { expect, test } from 'vitest';
import { sampleDatabase } from '../../test/support/sample-database.ts';
import type { Store } from '../store/store.ts';
import { readApplicationPassword } from './application-password.ts';

const stored = {
  application: 'now',
  application_next: 'next',
  application_previous: 'before',
  application_forgotten: 'late',
};

test.each([
  ['now', { password: 'now', answer: 'accepted' }],
  ['next', { password: 'next', answer: 'accepted' }],
  ['before', { password: 'before', answer: 'accepted' }],
  ['late', { password: 'late', answer: 'accepted' }],
  ['set without pgrow', { password: 'now', answer: 'refused' }],
])('where the server takes %s, that is the one that is shown, if it is known', async (taken, shown) => {
  const store = { readSecrets: async () => stored } as unknown as Store;
  const tryPassword = async (_: unknown, password: string | null) =>
    (password ?? stored.application) === taken ? ('accepted' as const) : ('refused' as const);
  expect(await readApplicationPassword({ store, tryPassword }, sampleDatabase('shop'))).toEqual(shown);
});

test('where no server can be asked, it is the one on record', async () => {
  const store = { readSecrets: async () => stored } as unknown as Store;
  const tryPassword = () => Promise.reject(new Error('no worker'));
  expect(await readApplicationPassword({ store, tryPassword }, sampleDatabase('shop'))).toEqual({
    password: 'now',
    answer: 'unknown',
  });
});
