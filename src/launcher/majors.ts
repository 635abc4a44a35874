import { join } from 'node:path';
import { z } from 'zod';
import { postgresMajors, type PostgresMajor } from '../domain/database.ts';
import type { Home } from './home.ts';
import { readIfThere, replaceFile } from './kept-files.ts';

const pathIn = (home: Pick<Home, 'path'>): string => join(home.path, 'postgres-majors.json');
const file = z.array(z.literal([...postgresMajors]));

/** Majors besides the usual one whose images this home is to have, also after an update. */
export const readMajors = (home: Pick<Home, 'path'>): readonly PostgresMajor[] => {
  const content = readIfThere(pathIn(home));
  return content === null ? [] : file.parse(JSON.parse(content));
};

export const keepMajors = (home: Pick<Home, 'path'>, more: readonly PostgresMajor[]): void => {
  const majors = [...new Set([...readMajors(home), ...more])].toSorted((a, b) => a - b);
  replaceFile(pathIn(home), `${JSON.stringify(majors)}\n`);
};
