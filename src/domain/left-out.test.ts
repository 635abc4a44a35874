import { expect, test } from 'vitest';
import { describeSender, lookAtSenders, type WalSender } from './left-out.ts';

const sender = (name: string, pid: number, unconfirmed_bytes: number | null): WalSender => ({
  pid,
  name,
  user: 'replicator',
  address: '172.20.0.5',
  state: 'streaming',
  slot: null,
  unconfirmed_bytes,
});

// A third replica on a slow line held all clients for 65 s: PostgreSQL's fast shutdown waited for it.
test('only the successor and those that confirm at once are waited for', () => {
  const senders = [
    sender('postgres-2', 1, 4096),
    sender('postgres-3', 2, 0),
    sender('postgres-4', 3, 199_229_440),
    sender('pg_receivewal', 4, null),
  ];
  const { waitedFor, leftOut } = lookAtSenders(senders, 'postgres-2');
  expect(waitedFor).toEqual([1, 2]);
  expect(leftOut.map(({ name }) => name)).toEqual(['postgres-4', 'pg_receivewal']);
});

test('who is left out is named so that it can be found', () => {
  expect(describeSender({ ...sender('postgres-4', 3, 199_229_440), slot: 'postgres_4' })).toBe(
    'postgres-4 (190 MB not confirmed, slot postgres_4, pid 3 of replicator from 172.20.0.5)',
  );
  expect(describeSender({ ...sender('', 4, null), address: null })).toBe(
    'a nameless receiver (confirms nothing, pid 4 of replicator from its socket)',
  );
});
