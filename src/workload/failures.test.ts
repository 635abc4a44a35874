import { describe, expect, test } from 'vitest';
import { categoryOf, createFailureLog } from './failures.ts';

const coded = (code: string): Error => Object.assign(new Error(code), { code });

describe('why a transaction failed', () => {
  test.each([
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['57P01', 'reset'],
    ['08006', 'reset'],
    ['25006', 'sql'],
    ['40001', 'sql'],
  ])('%s is %s', (code, category) => {
    expect(categoryOf(coded(code))).toBe(category);
  });

  test('a connection that ends without a code was reset', () => {
    expect(categoryOf(new Error('Connection terminated unexpectedly'))).toBe('reset');
  });
});

// A failover counted five broken transactions of four clients: one of them had only been waiting for a server connection.
test('a client that PgBouncer never gave a server connection was refused', () => {
  const message = 'server login has been failing, cached error: pause mode (server_login_retry)';
  expect(categoryOf(Object.assign(new Error(message), { code: '08P01' }))).toBe('refused');
  expect(categoryOf(Object.assign(new Error('server conn crashed?'), { code: '08P01' }))).toBe('reset');
});

test('a storm of failures keeps a count per message, and only the first ten messages', () => {
  const log = createFailureLog();
  for (let index = 0; index < 1000; index += 1) log.add('refused', coded(`E${index % 20}`), index);
  expect(log.total).toBe(1000);
  expect(log.errors).toHaveLength(10);
  expect(log.errors[3]).toEqual({ category: 'refused', code: 'E3', message: 'E3', count: 50, first_at_ms: 3 });
});
