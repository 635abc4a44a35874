import { expect, test } from 'vitest';
import { PgrowError } from './errors.ts';
import { expandInput } from './inputs.ts';
import { poolingOptions } from './options.ts';
import { parseInput } from './parse-input.ts';

const service_id = '0b5ad9e5-6a64-4c3b-9b52-0b8e3c0d5a11';

const refusal = (action: () => unknown): PgrowError => {
  try {
    action();
  } catch (error) {
    if (error instanceof PgrowError) return error;
    throw error;
  }
  throw new Error('it was accepted');
};

test('what fits comes back with its defaults', () => {
  expect(parseInput(poolingOptions, { pool_mode: 'session' })).toMatchObject({
    pool_mode: 'session',
    default_pool_size: 20,
  });
});

test('every problem has its path, the value given and what is allowed', () => {
  const input = { service_id, target: 'up', replicas: { count: 9 }, pooling: { max_client_connections: 5 }, pool: 1 };
  const error = refusal(() => parseInput(expandInput, input));
  expect(error).toMatchObject({ code: 'invalid_input', status: 422 });
  expect(error.problems).toEqual([
    { path: 'target', value: 'up', allowed: 'pooling, replicas, ha' },
    { path: 'pooling.max_client_connections', value: 5, allowed: 'must not be below default_pool_size' },
    { path: 'replicas.count', value: 9, allowed: 'a whole number from 1 to 5' },
    {
      path: 'pool',
      value: 1,
      allowed: expect.stringContaining('one of the names actor, confirm, ha, input_version, operation_id'),
    },
  ]);
  for (const { path, value } of error.problems) expect(error.message).toContain(`${path} is ${JSON.stringify(value)}`);
});

test.each([[undefined], [null], ['shop'], [7], [[]]])('%j is no input', (input) => {
  expect(refusal(() => parseInput(expandInput, input)).problems.length).toBeGreaterThan(0);
});

test('what is missing is called missing', () => {
  expect(refusal(() => parseInput(expandInput, { service_id })).message).toContain('target is missing');
});
