import { expect, test } from 'vitest';
import { whyPaused } from './paused-replay.ts';

const primary = { name: 'postgres-1', limits: { max_connections: 400, max_wal_senders: 10 } };
const replica = { name: 'postgres-2', limits: { max_connections: 200, max_wal_senders: 10 } };

// `ALTER SYSTEM SET max_connections` on a primary: its replica stood still, and status called it streaming.
test('a limit below the primary’s is named with both values and the way out', () => {
  const why = whyPaused('shop', replica, primary);
  expect(why).toContain('its max_connections is 200, postgres-1 has 400.');
  expect(why).toContain('./pgrow reinit shop postgres-2');
  expect(why).not.toContain('max_wal_senders');
});

test.each([
  ['whose limits suffice', { ...replica, limits: primary.limits }, primary],
  ['whose primary cannot be asked', replica, null],
  ['which cannot tell its own', { ...replica, limits: null }, primary],
])('a standby %s was paused by somebody', (_, standby, of) => {
  expect(whyPaused('shop', standby, of)).toContain('SELECT pg_wal_replay_resume()');
});
