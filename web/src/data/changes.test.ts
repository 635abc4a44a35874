import { expect, test } from 'vitest';
import { changeOf, changeSearch, type Change } from './changes.ts';

test.each<Change>([
  { kind: 'switchover', body: { target_node: 'postgres-5', on_obstacle: 'wait' } },
  { kind: 'ha', body: { enabled: true, pooling: { pool_mode: 'session' } } },
  // A database may be called so.
  { kind: 'create', body: { name: 'true', postgres_major: 17 } },
  { kind: 'scale-down', body: { target: 'single', grace_period: '10' } },
])('a link to $kind opens the same change', (change) => {
  expect(changeOf(new URLSearchParams(changeSearch(change)))).toEqual(change);
});

test('an address that names no change, or one that does not exist, opens none', () => {
  expect(changeOf(new URLSearchParams('?at=postgres-1'))).toBeNull();
  expect(changeOf(new URLSearchParams('?do=toString'))).toBeNull();
});
