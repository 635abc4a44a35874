import type { Command } from 'commander';
import { addPlannedChangeOptions, runChange, type ChangeFlags } from './change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addOptions, cutOverOptions, operationBody, type CutOverFlags } from './option-groups.ts';

export const rollback = (program: Command): void => {
  const command = program
    .command('rollback <name>')
    .description('undo the last operation, with every write made since; possible while its checkpoint is open');
  addPlannedChangeOptions(addOptions(command, cutOverOptions)).action(
    async (database: string, flags: ChangeFlags & CutOverFlags) => {
      const body = operationBody(flags);
      process.exitCode = await runChange({ api: connectToApi(), database, path: 'rollback', body, flags });
    },
  );
};
