import type { Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import { servicePath } from './api-client.ts';
import { addChangeOptions, finishChange, type ChangeFlags, type StartedOperation } from './change.ts';
import { ask } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';

export const destroy = (program: Command): void => {
  const command = program
    .command('destroy <name>')
    .description('remove a database with all its data and snapshots, for good')
    .option('--confirm <name>', 'the name once more');
  addChangeOptions(command).action(async (name: string, flags: ChangeFlags & { confirm?: string }) => {
    const api = connectToApi();
    const typed = flags.confirm ?? (await ask(`This removes ${name} with all its data. Type its name to continue: `));
    if (typed !== name) {
      throw new PgrowError(
        'malformed_request',
        `Nothing was touched. To destroy ${name}, type its name: --confirm ${name}`,
      );
    }
    const started = await api.delete<StartedOperation>(`${servicePath(name)}?confirm=${encodeURIComponent(name)}`);
    process.exitCode = await finishChange({ api, database: name, started, flags });
  });
};
