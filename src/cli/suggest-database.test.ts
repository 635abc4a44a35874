import { expect, test } from 'vitest';
import { PgrowError } from '../domain/errors.ts';
import { suggestDatabase } from './suggest-database.ts';

const absent = new PgrowError('not_found', 'Project default has no database shpo.');
const listing = () => ({ get: async <T>() => ({ services: [{ name: 'shop' }, { name: 'billing' }] }) as T });

test('a database that is not there is answered with the one that is', async () => {
  const error = await suggestDatabase(absent, { asked: 'shpo', connect: listing });
  expect(error).toMatchObject({ code: 'not_found', message: `${absent.message} Did you mean shop?` });
});

test('nothing is suggested for a database that is there, for another error, or without a list', async () => {
  const noOperation = new PgrowError('not_found', 'Database shop has no operation 7.');
  expect(await suggestDatabase(noOperation, { asked: 'shop', connect: listing })).toBe(noOperation);
  const refused = new PgrowError('refused', 'No.');
  expect(await suggestDatabase(refused, { asked: 'shpo', connect: listing })).toBe(refused);
  const down = () => {
    throw new PgrowError('internal', 'The control plane has never been started.');
  };
  expect(await suggestDatabase(absent, { asked: 'shpo', connect: down })).toBe(absent);
});
