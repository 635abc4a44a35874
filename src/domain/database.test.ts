import { describe, expect, test } from 'vitest';
import { applicationName, isDatabaseName } from './database.ts';

describe('database names', () => {
  test.each(['a', 'shop', 'shop-2', 'shop_eu', 'a1', 'postgres-1', 'pgfoo', 'my-pg_x', 'a'.repeat(40)])(
    '%s is one',
    (name) => {
      expect(isDatabaseName(name)).toBe(true);
    },
  );

  test.each([
    ['empty', ''],
    ['41 characters', 'a'.repeat(41)],
    ['a capital letter', 'Shop'],
    ['a digit first', '1shop'],
    ['a hyphen first', '-shop'],
    ['an underscore first', '_shop'],
    ['a space', 'my shop'],
    ['a dot', 'shop.eu'],
    ['a quote', 'shop"; drop'],
    ['a line end', 'shop\n'],
    ['a letter that is not ASCII', 'schön'],
    ["PostgreSQL's prefix", 'pg_shop'],
    ["PostgreSQL's prefix once it is an identifier", 'pg-shop'],
    ["PgBouncer's administrator once it is an identifier", 'pgrow-admin'],
  ])('%s is none', (_, name) => {
    expect(isDatabaseName(name)).toBe(false);
  });

  test.each([
    'postgres',
    'template0',
    'template1',
    'replicator',
    'rewind',
    'pgbouncer',
    'pgrow',
    'pgrow_admin',
    'public',
    'none',
  ])('%s is reserved', (name) => {
    expect(isDatabaseName(name)).toBe(false);
  });

  test('the application logs in under the name as an identifier', () => {
    expect(applicationName('shop-eu-2')).toBe('shop_eu_2');
    expect(applicationName('shop')).toBe('shop');
  });
});
