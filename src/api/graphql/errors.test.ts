import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { invalidInput } from '../../domain/input-problems.ts';
import { answerError } from './errors.ts';

const logged: unknown[] = [];
const request = {
  id: 'request-1',
  url: '/graphql',
  log: { error: (fields: unknown) => logged.push(fields) },
} as unknown as FastifyRequest;

const answer = (cause: Error) =>
  answerError(request, new GraphQLError(cause.message, { path: ['postgresCost'], originalError: cause }));

test('an error of the catalogue keeps its code, status and problems, which name the argument', () => {
  const problems = [{ path: 'default_pool_size', value: 0, allowed: 'a whole number from 1 to 1000' }];
  expect(answer(invalidInput('The request', problems))).toEqual({
    message: 'The request is invalid: default_pool_size is 0, allowed: a whole number from 1 to 1000.',
    path: ['postgresCost'],
    extensions: {
      code: 'invalid_input',
      status: 422,
      title: 'Invalid input',
      retryable: false,
      problems: [{ path: 'defaultPoolSize', value: 0, allowed: 'a whole number from 1 to 1000' }],
      request_id: 'request-1',
    },
  });
});

test('a document that cannot be read is the fault of the request', () => {
  const error = new GraphQLError('Syntax Error: Expected Name, found "}".');
  expect(answerError(request, error)).toMatchObject({
    message: 'Syntax Error: Expected Name, found "}".',
    extensions: { code: 'malformed_request', status: 400 },
  });
});

test('what went wrong inside is logged and not shown', () => {
  const { message, extensions } = answer(new TypeError('password authentication failed for postgres:hunter2@db'));
  expect(JSON.stringify({ message, extensions })).not.toMatch(/hunter2|stack/);
  expect(extensions).toMatchObject({ code: 'internal', status: 500 });
  expect(logged).toMatchObject([{ code: 'internal' }]);
});
