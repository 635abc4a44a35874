import type { Command } from 'commander';
import { addDatabaseChangeOptions, databaseChangeRequest, type DatabaseChangeFlags } from './change-options.ts';
import { addConfirmedChangeOptions, runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';

export const changeDatabase = (program: Command): void => {
  const command = program
    .command('change <name>')
    .description('give a database other memory, CPUs, storage, settings, extensions or a newer image');
  addConfirmedChangeOptions(addDatabaseChangeOptions(command)).action(
    async (database: string, flags: DatabaseChangeFlags & ConfirmedFlags) => {
      const request = databaseChangeRequest(flags);
      process.exitCode = await runConfirmedChange({ api: connectToApi(), database, request, flags });
    },
  );
};
