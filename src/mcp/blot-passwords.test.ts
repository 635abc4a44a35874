import { expect, test } from 'vitest';
import { blotPasswords } from './blot-passwords.ts';

// PostgreSQL logs statements that fail, such as a mistyped ALTER ROLE.
test.each([
  [`STATEMENT:  ALTER ROLE shop PASSWORD 'it''s \\' secret' VALID UNTIL '2030-01-01'`, `VALID UNTIL '2030-01-01'`],
  [`create user x encrypted password E'secret';`, ';'],
  ['ALTER ROLE shop PASSWORD $pw$ secret $pw$;', ';'],
  [`FATAL: connection to "host=db user=shop password=secret dbname=shop" failed`, 'dbname=shop" failed'],
  [`primary_conninfo = 'user=replicator password=''secret'' host=a'`, `host=a'`],
  ['cannot reach postgresql://shop:secret@127.0.0.1:5432/shop', '@127.0.0.1:5432/shop'],
])('%s', (line, rest) => {
  const blotted = blotPasswords(line);
  expect(blotted).not.toContain('secret');
  expect(blotted).toContain('[password]');
  expect(blotted.endsWith(rest)).toBe(true);
});

test('everything else stays', () => {
  const text = 'LOG:  password authentication failed for user "shop"\nLOG:  listening on http://127.0.0.1:8008/health';
  expect(blotPasswords(text)).toBe(text);
});
