import { expect, test } from 'vitest';
import { loggedStatements, withoutValues } from './query-log.ts';

const line = (pid: number, text: string, who = 'shop@shop ', second = 1) =>
  `2026-11-29 17:40:0${second}.123 UTC [${pid}] ${who}${text}`;
const own = ['pgrow', 'pgrow_reader'];
const read = (...lines: string[]) => loggedStatements('postgres-1', lines.join('\n'), own);

test('a slow statement with its parameters', () => {
  const [entry, ...more] = read(
    line(7, 'LOG:  duration: 812.450 ms  execute S_1: SELECT *'),
    '\t  FROM users',
    "\t WHERE email = $1 AND name <> 'bob'",
    line(7, "DETAIL:  parameters: $1 = 'alice@example.com'"),
  );
  expect(more).toEqual([]);
  expect(entry).toEqual({
    at: '2026-11-29T17:40:01.123Z',
    node: 'postgres-1',
    kind: 'slow',
    duration_ms: 812.45,
    database: 'shop',
    user: 'shop',
    application: null,
    sqlstate: null,
    message: null,
    detail: "parameters: $1 = 'alice@example.com'",
    statement: "SELECT *\n  FROM users\n WHERE email = $1 AND name <> 'bob'",
  });
  expect(withoutValues(entry!)).toMatchObject({
    detail: null,
    statement: 'SELECT *\n  FROM users\n WHERE email = $1 AND name <> ?',
  });
});

test('a statement that failed, while another session logs in between', () => {
  const entries = read(
    line(7, 'ERROR:  duplicate key value violates unique constraint "users_email_key"'),
    line(8, 'LOG:  duration: 600.000 ms  statement: SELECT 1', 'app@shop '),
    line(7, 'DETAIL:  Key (email)=(alice@example.com) already exists.'),
    line(7, "STATEMENT:  INSERT INTO users VALUES ('alice@example.com')"),
  );
  expect(entries.map(({ kind, user }) => [kind, user])).toEqual([
    ['failed', 'shop'],
    ['slow', 'app'],
  ]);
  expect(entries[0]).toMatchObject({
    message: 'duplicate key value violates unique constraint "users_email_key"',
    detail: 'Key (email)=(alice@example.com) already exists.',
    statement: "INSERT INTO users VALUES ('alice@example.com')",
  });
  expect(withoutValues(entries[0]!)).toMatchObject({
    message: 'duplicate key value violates unique constraint "users_email_key"',
    detail: null,
    statement: 'INSERT INTO users VALUES (?)',
  });
});

test.for([
  ['syntax error at or near "s"', "SELECT 'it's secret'"],
  ['no such customer: alice secret', 'SELECT secret FROM t'],
])('of a failure that may repeat values only what the statement does is shown: %s', ([message, statement]) => {
  const [entry] = read(line(7, `ERROR:  ${message}`), line(7, `STATEMENT:  ${statement}`));
  expect(withoutValues(entry!)).toMatchObject({ message: null, statement: 'SELECT …' });
});

test('a value in double quotes, or in none, is taken for a column: it is hidden', () => {
  const failed = (statement: string) =>
    withoutValues(
      read(line(7, 'ERROR:  column "alice" does not exist at character 35'), line(7, `STATEMENT:  ${statement}`))[0]!,
    );
  expect(failed('SELECT * FROM "Users" WHERE name = "alice"')).toMatchObject({
    message: 'column "?" does not exist',
    statement: 'SELECT * FROM "?" WHERE name = "?"',
  });
  // The server stops at the first.
  expect(failed('INSERT INTO users VALUES ("alice", "secret")').statement).toBe('INSERT INTO users VALUES ("?", "?")');
  expect(failed('SELECT * FROM users WHERE name = Alice').statement).toBe('SELECT * FROM users WHERE name = ?');
});

test('so is every name in double quotes where the server had not looked them all up', () => {
  const failed = (message: string) =>
    withoutValues(read(line(7, `ERROR:  ${message}`), line(7, 'STATEMENT:  UPDATE "Users" SET name = "alice"'))[0]!)
      .statement;
  expect(failed('duplicate key value violates unique constraint "u"')).toBe('UPDATE "Users" SET name = "alice"');
  for (const message of [
    'current transaction is aborted, commands ignored until end of transaction block',
    'relation "Users" does not exist',
  ])
    expect(failed(message)).toBe('UPDATE "?" SET name = "?"');
});

test('codes are read where the server logs them', () => {
  const [entry] = read(
    line(7, 'ERROR:  23505: duplicate key value violates unique constraint "u"'),
    line(7, 'STATEMENT:  X'),
  );
  expect(entry).toMatchObject({ sqlstate: '23505', message: 'duplicate key value violates unique constraint "u"' });
});

test('what is no statement of an application is passed over', () => {
  expect(
    read(
      line(1, 'LOG:  checkpoint starting: time', ''),
      line(2, 'LOG:  duration: 5.000 ms  statement: SELECT 1', 'pgrow@postgres '),
      line(3, 'FATAL:  password authentication failed for user "shop"'),
      line(4, 'LOG:  duration: 900.000 ms  plan:'),
      '\tQuery Text: SELECT 1',
      line(5, 'LOG:  duration: 900.000 ms'),
      line(6, 'WARNING:  there is no transaction in progress'),
      '2026-11-29 17:40:01,123 INFO: no action. I am (postgres-2), the leader',
      '\tSTATEMENT:  SELECT 1',
      'STATEMENT:  SELECT 1',
      line(9, 'STATEMENT:  of which the error is not in this part of the log'),
      '',
    ),
  ).toEqual([]);
});

// What a client sends cannot look like a line of the log: its further lines begin with a tab.
test('a statement that looks like the log is a statement', () => {
  const entries = read(
    line(7, 'LOG:  duration: 800.000 ms  statement: SELECT 1;'),
    `\t${line(8, 'ERROR:  made up')}`,
    '\tLOG:  duration: 1.000 ms  statement: x',
  );
  expect(entries).toHaveLength(1);
  expect(entries[0]?.statement).toContain('made up');
});

test('times with an offset are read, those of a zone that only has a name are not', () => {
  const at = (zone: string) =>
    read(line(7, 'LOG:  duration: 1.000 ms  statement: SELECT 1').replace('UTC', zone))[0]?.at;
  expect(at('+02')).toBe('2026-11-29T15:40:01.123Z');
  expect(at('CET')).toBeUndefined();
});

test('a long statement is cut', () => {
  const [entry] = read(line(7, `LOG:  duration: 1.000 ms  statement: SELECT '${'x'.repeat(20_000)}'`));
  expect(entry?.statement).toHaveLength(10_001);
  expect(withoutValues(entry!).statement).toBe('SELECT …');
});
