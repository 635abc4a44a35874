import { describe, expect, test } from 'vitest';
import { settingWarnings } from './setting-warnings.ts';

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
