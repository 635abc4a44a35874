import { expect, test } from 'vitest';
import { limitWaiters } from './waiters.ts';

// A mutation with the key of one that runs waits as well: one token kept the API looking at thousands of operations.
test('so many wait with one token, and so many in all', () => {
  const { begin } = limitWaiters({ ofToken: 2, inAll: 3 });
  const end = begin('a');
  expect(begin('a')).not.toBeNull();
  expect(begin('a')).toBeNull();
  expect(begin('b')).not.toBeNull();
  expect(begin('b')).toBeNull();
  end?.();
  expect(begin('b')).not.toBeNull();
  expect(begin('a')).toBeNull();
});
