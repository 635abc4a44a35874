import { describe, expect, test } from 'vitest';
import { holdsSecret, refusalOf, settingWarnings, tooSmall } from './refused-settings.ts';
import { postgresParameters } from './server-parameters.ts';

describe('what an operator cannot choose', () => {
  test.each([
    'wal_level',
    'FSYNC',
    'port',
    'synchronous_standby_names',
    'recovery_target_time',
    'recovery_min_apply_delay',
    'ssl',
    'ssl_key_file',
    'syslog_ident',
    'log_line_prefix',
    'server_version',
    'myapp.jwt_secret',
    'app.settings.password',
  ])('is %s, for a reason that says what to do', (name) => {
    expect(refusalOf(name)).toMatch(/^[A-Za-z].*\. [A-Z`].*\.$|^It was decided/);
  });

  test.each([
    'work_mem',
    'shared_buffers',
    'max_connections',
    'shared_preload_libraries',
    'synchronous_commit',
    'TimeZone',
    'recovery_prefetch',
    'wal_keep_size',
    'auto_explain.log_min_duration',
    'pg_stat_statements.max',
    'log_min_duration_statement',
  ])('is not %s', (name) => {
    expect(refusalOf(name)).toBeNull();
  });
});

test('values that may hold a password are not shown', () => {
  expect(['primary_conninfo', 'restore_command', 'app.api_key'].every(holdsSecret)).toBe(true);
  expect(['work_mem', 'log_statement'].some(holdsSecret)).toBe(false);
});

test('what replicas need is not taken away, and what pgrow chooses is enough', () => {
  expect(tooSmall('max_wal_senders', '3')).toBe(
    'at least 20: pgrow needs them for replicas, and as many again while new ones are built',
  );
  expect(tooSmall('superuser_reserved_connections', '0')).toMatch(/^at least 3/);
  expect(tooSmall('work_mem', '1')).toBeNull();
  for (const [name, value] of Object.entries(postgresParameters(1024 ** 3)))
    expect(tooSmall(name, String(value))).toBeNull();
});

describe('a choice that costs safety is allowed, and said', () => {
  test.each([
    [{ synchronous_commit: 'off' }, /loses what was committed in its last moments/],
    [{ Synchronous_Commit: 'local' }, /a failover can lose/],
    [{ autovacuum: '0' }, /tables and indexes grow/],
    [{ max_slot_wal_keep_size: '-1' }, /fills the disk/],
    [{ log_min_duration_statement: '0' }, /every statement is written to the log/],
    [{ default_transaction_read_only: 'true' }, /clients cannot write/],
  ])('%o', (settings: Record<string, string>, says) => {
    expect(settingWarnings(settings)).toEqual([expect.stringMatching(says)]);
  });

  test('the same settings with usual values are no reason for a word', () => {
    const usual = {
      synchronous_commit: 'on',
      autovacuum: 'on',
      max_slot_wal_keep_size: '10GB',
      statement_timeout: '0',
    };
    expect(settingWarnings({ ...usual, work_mem: '64MB', log_min_duration_statement: '500ms' })).toEqual([]);
  });
});
