import { expect, test } from 'vitest';
import { PgrowError } from './errors.ts';
import { outcomeOf } from './route-write.ts';

const said = (code: string, message = '') =>
  new PgrowError('internal', `A statement failed: ${message} (${code}).`, {
    cause: Object.assign(new Error(message), { code }),
  });
const unconnected = (message: string, code?: string) =>
  new PgrowError('no_answer', `Cannot connect to shop@10.0.0.2:5432/shop: ${message}.`, {
    cause: Object.assign(new Error(message), code === undefined ? {} : { code }),
  });

test.each([
  ['a server in recovery', said('25006'), 'failed'],
  ['a full disk', said('53100'), 'failed'],
  ['a server that starts', said('57P03'), 'failed'],
  ['a pooler without a server', said('08P01', 'query_wait_timeout'), 'failed'],
  ['a refused connection', unconnected('connect ECONNREFUSED', 'ECONNREFUSED'), 'failed'],
  ['a router without a server', unconnected('Connection terminated unexpectedly'), 'failed'],
  ['a container that does not run', new PgrowError('no_answer', 'front does not run (exit code 137).'), 'failed'],
  ['a host without an answer', unconnected('timeout expired'), 'silent'],
  ['a network without a way', unconnected('connect EHOSTUNREACH', 'EHOSTUNREACH'), 'silent'],
  ['a statement without an answer', new PgrowError('internal', 'A statement failed: Query read timeout.'), 'silent'],
  // pgrow is the one who cannot see: none of these says anything about the clients' writes.
  ['a changed password', said('28P01'), 'unseen'],
  ['a full server', said('53300'), 'unseen'],
  ['a pooler that refuses the login', said('08P01', 'SASL authentication failed'), 'unseen'],
  ['a table that is gone', said('42P01'), 'unseen'],
  ['a privilege that is gone', said('42501'), 'unseen'],
  ['an engine that does not answer', new PgrowError('docker_unavailable', 'Docker does not answer.'), 'unseen'],
  ['our own mistake', new TypeError('undefined is not a function'), 'unseen'],
])('%s', (_, error, outcome) => expect(outcomeOf(error)).toBe(outcome));
