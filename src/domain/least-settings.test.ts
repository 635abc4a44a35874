import { expect, test } from 'vitest';
import { tooSmall } from './least-settings.ts';
import { postgresParameters } from './server-parameters.ts';

test('what replicas need is not taken away, and what pgrow chooses is enough', () => {
  expect(tooSmall('max_wal_senders', '3')).toBe(
    'at least 20: pgrow needs them for replicas, and as many again while new ones are built',
  );
  expect(tooSmall('superuser_reserved_connections', '0')).toMatch(/^at least 3/);
  expect(tooSmall('work_mem', '1')).toBeNull();
  for (const [name, value] of Object.entries(postgresParameters(1024 ** 3)))
    expect(tooSmall(name, String(value))).toBeNull();
});

// Patroni ran the servers with its own default after the database had grown, and said so in its log only.
test.each([
  ['max_connections', 25],
  ['max_wal_senders', 3],
  ['max_replication_slots', 4],
  ['max_locks_per_transaction', 32],
  ['max_worker_processes', 2],
])('%s is refused below %i, which Patroni would not heed', (name, least) => {
  expect(tooSmall(name, String(least - 1))).toMatch(/^at least \d+: (?:Patroni|pgrow)\b/);
});

test('what Patroni heeds is enough', () => {
  expect(tooSmall('max_connections', '24')).toMatch(/^at least 25: Patroni, which runs the servers at stage ha,/);
  expect(tooSmall('max_connections', '25')).toBeNull();
  expect(tooSmall('max_locks_per_transaction', '32')).toBeNull();
  expect(tooSmall('wal_keep_size', '15')).toMatch(/^at least 16MB: Patroni/);
  expect(tooSmall('wal_keep_size', '1024kB')).toMatch(/^at least 16MB: Patroni/);
  expect(['16', '16384kB', '1GB', 'much'].map((value) => tooSmall('wal_keep_size', value))).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
