import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { readEnvironment } from './environment.ts';

test('the home follows PGROW_HOME, then XDG_STATE_HOME, then the user', () => {
  expect(readEnvironment({ PGROW_HOME: '/srv/pgrow', XDG_STATE_HOME: '/state' }).home).toBe('/srv/pgrow');
  expect(readEnvironment({ PGROW_HOME: '', XDG_STATE_HOME: '/state' }).home).toBe('/state/pgrow');
  expect(readEnvironment({}).home).toBe(`${homedir()}/.local/state/pgrow`);
});

test('a variable that does not fit is named, its value, which may be secret, is not', () => {
  const read = (): unknown =>
    readEnvironment({ DATABASE_URL: 'mysql://root:hunter2@db', TEMPORAL_ADDRESS: 'temporal' });
  expect(read).toThrow(/TEMPORAL_ADDRESS must be host:port.*DATABASE_URL must be a postgresql:\/\/ URL/);
  expect(read).not.toThrow(/hunter2/);
});
