import { expect, test } from 'vitest';
import { connectionParts } from './connection.ts';

test('a string is taken apart, whatever the password has in it', () => {
  expect(connectionParts('postgresql://shop:s3%3Ac%40r%2Ft@127.0.0.1:31757/shop')).toEqual({
    user: 'shop',
    password: 's3:c@r/t',
    host: '127.0.0.1',
    port: '31757',
    database: 'shop',
  });
});

test('a string without password has none', () => {
  expect(connectionParts('postgresql://shop@pgbouncer:5432/shop')).toMatchObject({ password: null, host: 'pgbouncer' });
});

test('another string is refused without being repeated', () => {
  expect(() => connectionParts('mysql://shop:secret@db/shop')).toThrow(/^This console cannot read/);
});
