import { PgrowError } from '../../domain/errors.ts';
import { problemDocument } from '../problem.ts';

/** Milliseconds between two looks. */
export const usualPace = 1000;

/** What a topic says where it cannot be looked at. */
export const problemOf = (topic: string) => (error: unknown) => ({
  topic,
  problem: problemDocument(known(error), '/v1/stream'),
});

const known = (error: unknown): PgrowError =>
  error instanceof PgrowError
    ? error
    : new PgrowError('internal', 'Something went wrong inside pgrow. See its log.', { cause: error });
