import type { Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import { postgresPath, type ApiClient } from './api-client.ts';
import { ask } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';
import { print, printJson, printProgress } from './output.ts';
import { foreseeFlag } from './show-foreseen.ts';

interface ReleaseFlags {
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

interface Released {
  /** How the record differs from what is on the engine. */
  readonly differences: readonly string[];
  /** What a release means, in sentences. */
  readonly says: readonly string[];
}

export const release = (program: Command): void => {
  program
    .command('release <name>')
    .description('act again on a database whose record comes from a backup, once the record is known to be right')
    .option('--yes', 'proceed without asking')
    .option(...foreseeFlag)
    .option('--json', 'print one JSON document')
    .action((name: string, flags: ReleaseFlags) => releaseDatabase(connectToApi(), name, flags));
};

/** Shows first how the record differs, and what the release does to an operation that was under way. */
export const releaseDatabase = async (api: ApiClient, name: string, flags: ReleaseFlags): Promise<void> => {
  const { yes, dryRun, json } = flags;
  const path = postgresPath(name, 'release');
  if (dryRun || !yes) {
    const would = await api.post<Released>(path, {}, { dryRun: true });
    const read = [...would.differences, ...would.says];
    if (dryRun && json) return printJson(would);
    if (dryRun) return read.forEach(print);
    read.forEach(printProgress);
    await requireYes(name);
  }
  const released = await api.post<Released>(path, { confirm: true });
  if (json) printJson(released);
  else print(`${name} is not held any longer. Look at it: ./pgrow status ${name}  and  ./pgrow doctor`);
};

const requireYes = async (name: string): Promise<void> => {
  const answer = await ask(`Is the record of ${name} right? [y/N] `);
  if (answer !== null && /^y(es)?$/i.test(answer.trim())) return;
  throw new PgrowError(
    'malformed_request',
    `Nothing was touched.${answer === null ? ' Without a terminal: --yes' : ''}`,
  );
};
