import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSubnetPool } from '../domain/addresses.ts';
import type { Environment } from './environment.ts';

const pathIn = (home: string): string => join(home, 'subnet-pool');

/**
 * Private range in which databases of this home get their subnets. The environment has the first word; otherwise the one
 * that the home was brought up with last.
 */
export const readSubnetPool = (home: string, { subnetPool }: Pick<Environment, 'subnetPool'>): string =>
  subnetPool ?? kept(home) ?? defaultSubnetPool;

/** So that an `up` without the variable continues with it. */
export const keepSubnetPool = (home: string, { subnetPool }: Pick<Environment, 'subnetPool'>): void => {
  if (subnetPool !== undefined) writeFileSync(pathIn(home), `${subnetPool}\n`, { mode: 0o600 });
};

const kept = (home: string): string | undefined => {
  try {
    return readFileSync(pathIn(home), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};
