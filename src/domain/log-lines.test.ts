import { expect, test } from 'vitest';
import { withoutStatements } from './log-lines.ts';

const at = '2026-11-28 10:00:00.000 UTC [42] shop@shop ';

// The end of a primary's log went into the error of an operation, and with it into the workflow's history for ever.
test('no statement, and nothing that repeats its literals, is shown', () => {
  const log = [
    "\tvalues ('the secret of a line before')",
    `${at}ERROR:  invalid input syntax for type integer: "secret"`,
    `${at}STATEMENT:  insert into cards`,
    "\tvalues ('secret')",
    `${at}ERROR:  duplicate key value violates unique constraint "cards_pkey"`,
    `${at}DETAIL:  Key (number)=(secret) already exists.`,
    `${at}CONTEXT:  SQL statement "select 'secret'"`,
    `${at}LOG:  duration: 12.5 ms  statement: select 'secret'`,
    `${at}LOG:  execute <unnamed>: select $1`,
    `${at}DETAIL:  parameters: $1 = 'secret'`,
    `${at}WARNING:  secret`,
    'ERROR:  without a prefix: secret',
  ];
  expect(withoutStatements(log.join('\n'), 50)).toBe('');
});

test("the server's own affairs are, and the words of other programs", () => {
  const log = [
    `${at}LOG:  server process (PID 7) was terminated by signal 9: Killed`,
    `${at}DETAIL:  Failed process was running: select 'secret'`,
    `${at}FATAL:  could not open directory "pg_wal": No such file or directory`,
    `${at}HINT:  Look for it.`,
    `${at}PANIC:  could not locate a valid checkpoint record`,
    'pg_basebackup: error: could not connect: FATAL:  the database system is shutting down',
    '2026-11-28 10:00:00,000 ERROR: Error when fetching /patroni',
  ];
  const told = log.filter((line) => !line.includes('secret'));
  expect(withoutStatements(`${log.join('\n')}\n`, 50).split('\n')).toEqual(told);
  expect(withoutStatements(log.join('\n'), 2).split('\n')).toEqual(told.slice(-2));
});

test('a line without end is cut', () => {
  expect(withoutStatements('x'.repeat(10_000), 5)).toHaveLength(501);
});
