import { join } from 'node:path';
import { invalidInput, problemsOf } from '../domain/input-problems.ts';
import { priceFile, usualPrices, type Prices } from '../domain/prices.ts';
import { readIfThere } from './kept-files.ts';
import { launcherError, messageOf } from './launcher-error.ts';

/**
 * What a team pays: `prices.json` of a home. Without it the usual prices.
 * @throws PgrowError `invalid_input` naming the file and what is wrong in it
 */
export const readPrices = (home: string): Prices => {
  const path = join(home, 'prices.json');
  const content = readIfThere(path);
  if (content === null) return usualPrices;
  const given = parseJson(path, content);
  const parsed = priceFile.safeParse(given);
  if (parsed.success) return parsed.data;
  throw invalidInput(path, problemsOf(priceFile, parsed.error, given));
};

const parseJson = (path: string, content: string): unknown => {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw launcherError(
      `${path} is not JSON: ${messageOf(error)}. Correct it, or remove it for the usual prices.`,
      error,
    );
  }
};
