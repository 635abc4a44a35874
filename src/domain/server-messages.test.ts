import { expect, test } from 'vitest';
import { knownMessage } from './server-messages.ts';

test.for([
  ['duplicate key value violates unique constraint "users_email_key"', null],
  ['column "alice" does not exist', 'column "?" does not exist'],
  ['column u.emial does not exist', null],
  ['column "a b" of relation "users" does not exist', 'column "?" of relation "users" does not exist'],
  ['relation "alice@example.com" does not exist', 'relation "?" does not exist'],
  ['function lower(integer) does not exist', null],
  ['operator does not exist: integer = text', null],
  ['operator does not exist: character varying ->> unknown', null],
  ['invalid input syntax for type integer: "41, of "alice""', 'invalid input syntax for type integer: "?"'],
  [
    'invalid input syntax for type timestamp with time zone: "x"',
    'invalid input syntax for type timestamp with time zone: "?"',
  ],
  ['value "99999999999" is out of range for type integer', 'value "?" is out of range for type integer'],
  ['value too long for type character varying(5)', null],
  ['permission denied for table users', null],
  ['canceling statement due to statement timeout', null],
  ['deadlock detected', null],
])('%s', ([message, shown]) => {
  expect(knownMessage(message!)?.message).toBe(shown ?? message);
});

test.for([
  'syntax error at or near "alice"',
  'unterminated quoted string at or near "\'alice"',
  'no such customer: alice',
  'account alice is out of range',
  'canceling statement due to alice',
  'permission denied for user alice',
  'Fehler: doppelter Schlüsselwert',
  '',
])('what an application or the parser says is not repeated: %s', (message) => {
  expect(knownMessage(message)).toBeNull();
});
