import { join } from 'node:path';
import type { z } from 'zod';
import { invalidInput, problemsOf } from '../domain/input-problems.ts';
import { priceFile, usualPrices, type Prices } from '../domain/prices.ts';
import { retentionFile, usualRetention, type Retention } from '../domain/retention.ts';
import { readIfThere } from './kept-files.ts';
import { launcherError, messageOf } from './launcher-error.ts';

/** JSON files in the directory of a control plane in which a team says what it wants otherwise than usual. */

/** What a team pays: `prices.json`. @throws PgrowError `invalid_input` naming the file and what is wrong in it */
export const readPrices = (home: string): Prices => read(join(home, 'prices.json'), priceFile, usualPrices);

/** For how long history is kept: `retention.json`. @throws PgrowError `invalid_input` naming the file and what is wrong in it */
export const readRetention = (home: string): Retention =>
  read(join(home, 'retention.json'), retentionFile, usualRetention);

const read = <T>(path: string, schema: z.ZodType<T>, usual: T): T => {
  const content = readIfThere(path);
  if (content === null) return usual;
  const given = parseJson(path, content);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw invalidInput(path, problemsOf(schema, parsed.error, given));
};

const parseJson = (path: string, content: string): unknown => {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw launcherError(
      `${path} is not JSON: ${messageOf(error)}. Correct it, or remove it for the usual values.`,
      error,
    );
  }
};
