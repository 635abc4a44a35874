import { PgrowError } from '../domain/errors.ts';
import type { ApiClient } from './api-client.ts';
import { readDatabaseNames } from './database-names.ts';
import { didYouMean } from './did-you-mean.ts';

/** Adds the name that was probably meant, where the API knows no database of the one that was given. */
export const suggestDatabase = async (
  error: unknown,
  { asked, connect }: { readonly asked: string | undefined; readonly connect: () => Pick<ApiClient, 'get'> },
): Promise<unknown> => {
  if (!(error instanceof PgrowError) || error.code !== 'not_found' || asked === undefined) return error;
  // Where the list cannot be had, the error itself is what has to be said.
  const names = await readDatabaseNames(connect).catch(() => [] as string[]);
  // It may be there, and what is missing is one of its operations or snapshots.
  const suggestion = names.includes(asked) ? '' : didYouMean(asked, names);
  return suggestion === '' ? error : new PgrowError(error.code, error.message + suggestion, { cause: error });
};
