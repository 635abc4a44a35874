import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOfSources } from './builds.ts';
import { repositoryRoot } from './paths.ts';

/** Of these sources, for people: `0.1.0 (48f1c9b1354daef3)`. Reads all of them. */
export const versionOfSources = (): string => {
  const { version } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as { version: string };
  return `${version} (${hashOfSources()})`;
};
