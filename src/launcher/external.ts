import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Environment } from './environment.ts';

const externalFile = z.strictObject({
  temporal_address: z.string().optional(),
  temporal_web: z.string().optional(),
  database_url: z.string().optional(),
});

/** Engines that are not pgrow's own. */
export interface External {
  readonly temporalAddress: string | undefined;
  readonly temporalWeb: string | undefined;
  readonly databaseUrl: string | undefined;
}

const pathIn = (home: string): string => join(home, 'external.json');

/** The environment has the first word; otherwise what this home was brought up with last. */
export const readExternal = (home: string, environment: Environment): External => {
  const kept = readFile(pathIn(home));
  return {
    temporalAddress: environment.temporalAddress ?? kept.temporal_address,
    temporalWeb: environment.temporalWeb ?? kept.temporal_web,
    databaseUrl: environment.databaseUrl ?? kept.database_url,
  };
};

/**
 * Keeps them with the home, readable by its owner only: an `up` without the variables must not quietly begin a second,
 * empty metadata database, and the processes do not need the URL in their environment.
 */
export const keepExternal = (home: string, external: External): void => {
  const { temporalAddress, temporalWeb, databaseUrl } = external;
  if (temporalAddress === undefined && databaseUrl === undefined) return;
  const content = { temporal_address: temporalAddress, temporal_web: temporalWeb, database_url: databaseUrl };
  const draft = `${pathIn(home)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, pathIn(home));
};

const readFile = (path: string): z.infer<typeof externalFile> => {
  try {
    return externalFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
};
