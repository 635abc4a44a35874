import { homedir } from 'node:os';
import { expect, test, vi } from 'vitest';
import { childEnvironment, readEnvironment } from './environment.ts';

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

test("a key with a line break, and a queue that is another one's second, are refused by name", () => {
  const read = (): unknown => readEnvironment({ TEMPORAL_API_KEY: 'hunter2\n', PGROW_TASK_QUEUE: 'pgrow-watch' });
  expect(read).toThrow(/TEMPORAL_API_KEY must be printable ASCII.*PGROW_TASK_QUEUE must not end/);
  expect(read).not.toThrow(/hunter2/);
  expect(() => readEnvironment({ TEMPORAL_TLS: 'yes' })).toThrow(/TEMPORAL_TLS must be true or false/);
  expect(() => readEnvironment({ TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' })).toThrow(/is not supported/);
  expect(readEnvironment({ PGROW_TASK_QUEUE: '' }).taskQueue).toBeUndefined();
});

test('a pool of subnets that no database could use is refused with its value and what is allowed', () => {
  const read = (PGROW_SUBNET_POOL: string) => () => readEnvironment({ PGROW_SUBNET_POOL }).subnetPool;
  expect(read('8.8.0.0/16')).toThrow(
    /PGROW_SUBNET_POOL must be a private range .*10\.48\.0\.0\/12.*; it is "8\.8\.0\.0\/16"/,
  );
  expect(read('10.64.0.0/16')()).toBe('10.64.0.0/16');
  expect(read('')()).toBeUndefined();
});

// They lay open in the environment of every program of the control plane, of builds and of dockerd.
test('a child process gets nothing of Temporal, which may be secret or lead its program astray', () => {
  vi.stubEnv('TEMPORAL_API_KEY', 'hunter2');
  vi.stubEnv('TEMPORAL_GRPC_META_AUTHORIZATION', 'hunter2');
  vi.stubEnv('DATABASE_URL', 'postgresql://u:hunter2@db/pgrow');
  const { PGROW_HOME, ...inherited } = childEnvironment({ PGROW_HOME: '/srv/pgrow' });
  expect(PGROW_HOME).toBe('/srv/pgrow');
  expect(inherited['PATH']).toBe(process.env['PATH']);
  expect(JSON.stringify(inherited)).not.toContain('hunter2');
  vi.unstubAllEnvs();
});
