import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { postgresMajors, type PostgresMajor } from '../domain/database.ts';
import type { Home } from './home.ts';

const pathIn = (home: Pick<Home, 'path'>): string => join(home.path, 'postgres-majors.json');
const file = z.array(z.literal([...postgresMajors]));

/** Majors besides the usual one whose images this home is to have, also after an update. */
export const readMajors = (home: Pick<Home, 'path'>): readonly PostgresMajor[] => {
  try {
    return file.parse(JSON.parse(readFileSync(pathIn(home), 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

export const keepMajors = (home: Pick<Home, 'path'>, more: readonly PostgresMajor[]): void => {
  const majors = [...new Set([...readMajors(home), ...more])].toSorted((a, b) => a - b);
  const draft = `${pathIn(home)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(majors)}\n`, { mode: 0o600 });
  renameSync(draft, pathIn(home));
};
