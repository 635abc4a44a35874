import { join } from 'node:path';
import { defaultSubnetPool } from '../domain/addresses.ts';
import { readIfThere, replaceFile } from './kept-files.ts';
import type { Environment } from './environment.ts';

const pathIn = (home: string): string => join(home, 'subnet-pool');

/**
 * Private range in which databases of this home get their subnets. The environment has the first word; otherwise the one
 * that the home was brought up with last.
 */
export const readSubnetPool = (home: string, { subnetPool }: Pick<Environment, 'subnetPool'>): string =>
  subnetPool ?? readIfThere(pathIn(home))?.trim() ?? defaultSubnetPool;

/** So that an `up` without the variable continues with it. */
export const keepSubnetPool = (home: string, { subnetPool }: Pick<Environment, 'subnetPool'>): void => {
  if (subnetPool !== undefined) replaceFile(pathIn(home), `${subnetPool}\n`);
};
