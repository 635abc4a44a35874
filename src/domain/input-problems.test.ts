import { expect, test } from 'vitest';
import type { z } from 'zod';
import { changeDatabaseInput, createDatabaseInput } from './inputs.ts';
import { haOptions, poolingOptions } from './options.ts';
import { invalidInput, problemsOf } from './input-problems.ts';

const service_id = '0b5ad9e5-6a64-4c3b-9b52-0b8e3c0d5a11';

const refusalOf = (schema: z.ZodType, input: unknown) => {
  const { error } = schema.safeParse(input);
  return error ? invalidInput('The input', problemsOf(schema, error, input)) : null;
};

test('all problems come at once, each with its value and what is allowed', () => {
  expect(
    refusalOf(poolingOptions, { pool_mode: 'none', default_pool_size: 0, max_client_connections: 'many', size: 3 }),
  ).toMatchObject({
    code: 'invalid_input',
    problems: [
      { path: 'pool_mode', value: 'none', allowed: 'session, transaction, statement' },
      { path: 'default_pool_size', value: 0, allowed: 'a whole number from 1 to 1000' },
      { path: 'max_client_connections', value: 'many', allowed: 'a whole number from 1 to 10000' },
      {
        path: 'size',
        value: 3,
        allowed: 'one of the names default_pool_size, max_client_connections, pool_mode, reserve_pool_size',
      },
    ],
  });
});

test('rules between two values are put into words', () => {
  expect(refusalOf(poolingOptions, { default_pool_size: 50, max_client_connections: 10 })).toMatchObject({
    problems: [{ path: 'max_client_connections', value: 10, allowed: 'must not be below default_pool_size' }],
  });
});

test('lists of numbers and words are spelled out, behind a transform too', () => {
  expect(refusalOf(haOptions, { failover_time: 5, maximum_lag_on_failover: 7 })).toMatchObject({
    problems: [
      { path: 'failover_time', value: 5, allowed: '10, 30, 60' },
      { path: 'maximum_lag_on_failover', value: 7, allowed: '0, 1048576, 10485760, unlimited' },
    ],
  });
});

test('a name that does not fit is answered with the rule of names', () => {
  const input = { service_id, name: 'Shop' };
  expect(refusalOf(createDatabaseInput, input)).toMatchObject({
    problems: [{ path: 'name', value: 'Shop', allowed: expect.stringContaining('lower-case letter first') }],
  });
});

test('names and values of settings, and what a list holds, are answered with their rules', () => {
  const input = { service_id, settings: { 'work mem': '1MB', jit: [] }, extensions: [7] };
  expect(refusalOf(changeDatabaseInput, input)).toMatchObject({
    problems: [
      { path: 'settings.work mem', value: '1MB', allowed: expect.stringContaining('such as work_mem') },
      { path: 'settings.jit', value: [], allowed: expect.stringContaining('a number, true or false') },
      { path: 'extensions.0', value: 7, allowed: 'text of 1 to 63 characters' },
    ],
  });
});

test('what is named twice, and more settings than one change takes, are answered with path and rule', () => {
  const twice = { service_id, settings: { work_mem: '4MB', WORK_MEM: '8MB' } };
  expect(refusalOf(changeDatabaseInput, twice)).toMatchObject({
    problems: [{ path: 'settings.WORK_MEM', value: '8MB', allowed: 'each setting once, and work_mem is the same one' }],
  });
  expect(refusalOf(changeDatabaseInput, { service_id, extensions: ['hstore', 'citext', 'hstore'] })).toMatchObject({
    problems: [{ path: 'extensions.2', value: 'hstore', allowed: 'each extension once' }],
  });
  const settings = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`app.value_${index}`, index]));
  expect(refusalOf(changeDatabaseInput, { service_id, settings })).toMatchObject({
    problems: [{ path: 'settings.app.value_50', value: 50, allowed: 'at most 50 settings in one change' }],
  });
});

test('names of settings become those of PostgreSQL', () => {
  const input = { service_id, settings: { WORK_MEM: '4MB', timezone: null, jit: false } };
  expect(changeDatabaseInput.parse(input)).toMatchObject({
    settings: { work_mem: '4MB', TimeZone: null, jit: 'off' },
  });
});

test('what is missing is called missing', () => {
  expect(String(refusalOf(createDatabaseInput, {}))).toContain('service_id is missing, allowed: a UUID');
});
