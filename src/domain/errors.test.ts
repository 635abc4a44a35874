import { expect, test } from 'vitest';
import { errorCatalogue, PgrowError, type ErrorCode } from './errors.ts';

const codes = Object.keys(errorCatalogue) as ErrorCode[];

test.each(codes)('%s has a status, a title and says whether trying again helps', (code) => {
  const error = new PgrowError(code, 'What is wrong. What to do.');
  expect([400, 401, 403, 404, 405, 409, 412, 415, 421, 422, 429, 500, 503]).toContain(error.status);
  expect(errorCatalogue[code].title).toMatch(/^[A-Z][^.]+$/);
  expect(error.retryable).toBe(errorCatalogue[code].retryable);
  expect(error).toMatchObject({ name: 'PgrowError', code, message: 'What is wrong. What to do.', problems: [] });
});

test('nothing that the caller did wrong is tried again', () => {
  const retried = codes.filter((code) => errorCatalogue[code].status < 500 && errorCatalogue[code].retryable);
  expect(retried).toEqual([]);
});

test.each([
  ['invalid_input', 422],
  ['malformed_request', 400],
  ['unauthorized', 401],
  ['forbidden', 403],
  ['not_found', 404],
  ['operation_running', 409],
  ['refused', 409],
  ['name_taken', 409],
] as const)('%s is answered with %i', (code, status) => {
  expect(new PgrowError(code, '').status).toBe(status);
});

test('what caused it and what was wrong with the input stay with it', () => {
  const cause = new Error('connection refused');
  const problems = [{ path: 'count', value: 9, allowed: '1 to 5' }];
  expect(new PgrowError('invalid_input', 'No.', { cause, problems })).toMatchObject({ cause, problems });
});
