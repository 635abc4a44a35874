import type { Command } from 'commander';
import type { Held } from '../domain/held.ts';
import { PgrowError } from '../domain/errors.ts';
import { postgresPath } from './api-client.ts';
import { ask } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';
import { print, printJson, printProgress } from './output.ts';

export const release = (program: Command): void => {
  program
    .command('release <name>')
    .description('act again on a database whose record comes from a backup, once the record is known to be right')
    .option('--yes', 'proceed without asking')
    .option('--json', 'print one JSON document')
    .action(async (name: string, { yes, json }: { yes?: true; json?: true }) => {
      const api = connectToApi();
      if (!yes) {
        const { held } = await api.get<{ held: Held | null }>(postgresPath(name, 'status'));
        for (const { text } of held?.differences ?? []) printProgress(text);
        if (held) await requireYes(name);
      }
      const released = await api.post<object>(postgresPath(name, 'release'), { confirm: true });
      if (json) printJson(released);
      else print(`${name} is not held any longer. Look at it: ./pgrow status ${name}  and  ./pgrow doctor`);
    });
};

const requireYes = async (name: string): Promise<void> => {
  const answer = await ask(`From now on pgrow acts on the record of ${name} as it is. Is it right? [y/N] `);
  if (answer !== null && /^y(es)?$/i.test(answer.trim())) return;
  throw new PgrowError(
    'malformed_request',
    `Nothing was touched.${answer === null ? ' Without a terminal: --yes' : ''}`,
  );
};
