import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { PgrowError } from '../../domain/errors.ts';
import { problemDocument } from '../problem.ts';
import { camelOf } from './names.ts';

/**
 * An error as GraphQL answers it: the message says what is wrong and what to do next; its extensions are the members of REST's
 * problem document, with the paths of arguments. What is not in the catalogue is logged, and its message stays inside.
 */
export const answerError = (request: FastifyRequest, error: Readonly<Error>) => {
  const known = knownError(error);
  if (known.status >= 500) request.log.error({ err: error, code: known.code }, 'request failed');
  const { detail, instance: _, type: __, problems, ...problem } = problemDocument(known, request.url);
  const { locations, path } = error instanceof GraphQLError ? error : {};
  return {
    message: detail,
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: {
      ...problem,
      problems: problems.map((each) => ({ ...each, path: camelOf(each.path) })),
      request_id: request.id,
    },
  };
};

/** What it is in the catalogue. */
export const knownError = (error: Readonly<Error>): PgrowError => {
  const cause = error instanceof GraphQLError ? error.originalError : error;
  if (cause instanceof PgrowError) return cause;
  // GraphQL's own: a document that it cannot read or execute.
  if (error instanceof GraphQLError && !(cause && !(cause instanceof GraphQLError)))
    return new PgrowError('malformed_request', error.message);
  return new PgrowError('internal', 'Something went wrong inside pgrow. See its log.', { cause: error });
};
