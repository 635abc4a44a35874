import type { Command } from 'commander';
import { addConfirmedChangeOptions, runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addOptions, cutOverOptions, operationBody, patienceOptions, type CutOverFlags } from './option-groups.ts';

export const rollback = (program: Command): void => {
  const command = program
    .command('rollback <name>')
    .description('undo the last operation, keeping every write made since; possible while its checkpoint is open');
  addConfirmedChangeOptions(addOptions(command, cutOverOptions, patienceOptions)).action(
    async (database: string, flags: ConfirmedFlags & CutOverFlags) => {
      const request = { path: 'rollback', body: operationBody(flags) };
      process.exitCode = await runConfirmedChange({ api: connectToApi(), database, request, flags });
    },
  );
};
