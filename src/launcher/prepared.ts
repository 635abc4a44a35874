import { join } from 'node:path';
import { z } from 'zod';
import type { Home } from './home.ts';
import { readIfThere, replaceFile } from './kept-files.ts';

/**
 * The order in which versions were prepared in a home, by `up` or `prepare`: the newest one is to be the current one. An
 * older container that starts again during an update finds that it is not. A return to an older version is preparing it
 * again.
 */

const preparedFile = z.array(z.string());
const keptAtMost = 50;

const pathOf = (home: Pick<Home, 'path'>): string => join(home.path, 'prepared.json');

/** Builds, the newest last. */
export const readPrepared = (home: Pick<Home, 'path'>): readonly string[] => {
  const content = readIfThere(pathOf(home));
  return content === null ? [] : preparedFile.parse(JSON.parse(content));
};

export const recordPrepared = (home: Pick<Home, 'path'>, build: string): void => {
  const before = readPrepared(home);
  if (before.at(-1) === build) return;
  const now = [...before.filter((other) => other !== build), build].slice(-keptAtMost);
  replaceFile(pathOf(home), `${JSON.stringify(now)}\n`);
};
