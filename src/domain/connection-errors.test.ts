import { expect, test } from 'vitest';
import { codeOfConnection } from './connection-errors.ts';

const coded = (code: string, message = 'it went wrong') => Object.assign(new Error(message), { code });

test.each([
  ['a refused connection', coded('ECONNREFUSED')],
  ['one that broke', coded('EPIPE')],
  ['one that fetch wraps', new TypeError('fetch failed', { cause: coded('ECONNRESET') })],
  ['one to several addresses', new AggregateError([coded('ECONNREFUSED'), coded('ETIMEDOUT')])],
  ['a server that is shutting down', coded('57P01')],
  ['a server that is starting up', coded('57P03')],
  ['a server that is full', coded('53300')],
  ['a lost connection', coded('08006')],
  ['one that pg found closed', new Error('Connection terminated unexpectedly')],
  ['one that pg waited for', new Error('Connection terminated due to connection timeout')],
  ['one that is asked after it has ended', new Error('Client was closed and is not queryable')],
  ['a statement that pg waited for', new Error('Query read timeout')],
  ['an answer that did not come', new DOMException('The operation was aborted due to timeout', 'TimeoutError')],
])('%s may succeed a moment later', (_, error) => expect(codeOfConnection(error, 'internal')).toBe('no_answer'));

test.each([
  ['a wrong password', coded('28P01')],
  ['a database that is not there', coded('3D000')],
  ['a violated protocol', coded('08P01')],
  ['a statement that was cancelled', coded('57014')],
  ['our own mistake', new TypeError('undefined is not a function')],
  ['what is no error', 'ECONNREFUSED'],
])('%s will not pass', (_, error) => expect(codeOfConnection(error, 'not_ready')).toBe('not_ready'));
