import { expect, test } from 'vitest';
import { PgrowError } from './errors.ts';
import { isKeptOutByLibrary, refusalOf } from './login-refusal.ts';

const said = (code: string, message = '') => Object.assign(new Error(message), { code });

// A changed password was taken for silence, and a healthy cluster was taken down for it.
test.each([
  ['28P01', 'password authentication failed for user "postgres"', 'access'],
  ['28000', 'no pg_hba.conf entry for host "172.18.0.1"', 'access'],
  ['55000', 'database "shop" is not currently accepting connections', 'access'],
  ['08P01', 'SASL authentication failed', 'access'],
  ['08P01', 'server login failed: FATAL password authentication failed for user "shop"', 'access'],
  ['53300', 'sorry, too many clients already', 'full'],
  ['08P01', 'no more connections allowed (max_client_conn)', 'full'],
  ['57P03', 'the database system is starting up', 'starting'],
  ['08P01', 'query_wait_timeout', null],
  ['ECONNREFUSED', 'connect ECONNREFUSED 172.18.0.3:5432', null],
  ['57P01', 'terminating connection due to administrator command', null],
  ['25006', 'cannot execute INSERT in a read-only transaction', null],
])('%s "%s" is the refusal %s', (code, message, refusal) => {
  expect(refusalOf(said(code, message))).toBe(refusal);
  const wrapped = new PgrowError('not_ready', 'Cannot connect.', { cause: new AggregateError([said(code, message)]) });
  expect(refusalOf(wrapped)).toBe(refusal);
});

// Each probe was refused, and so was each hand-over, until the setting was found.
test.each([
  ['58P01', 'could not access file "$libdir/plugins/nothing": No such file or directory', true],
  ['08P01', 'server login failed: FATAL could not access file "$libdir/plugins/nothing"', true],
  ['58P01', 'could not open file "base/1/2"', false],
  ['28P01', 'password authentication failed for user "pgrow_probe"', false],
])('%s "%s" is a library that is not there: %s', (code, message, expected) => {
  expect(isKeptOutByLibrary(new PgrowError('not_ready', 'No.', { cause: said(code, message) }))).toBe(expected);
});

test('what carries no code refuses nothing', () => {
  expect([refusalOf(new Error('timeout expired')), refusalOf(null), refusalOf('28P01')]).toEqual([null, null, null]);
});
