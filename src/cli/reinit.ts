import type { Command } from 'commander';
import { addPlannedChangeOptions, runChange, type ChangeFlags } from './change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addOptions, checkpointOptions, operationBody, type OperationFlags } from './option-groups.ts';

export const reinit = (program: Command): void => {
  const command = program.command('reinit <name> <node>').description('build one replica anew, from an empty volume');
  addPlannedChangeOptions(addOptions(command, checkpointOptions)).action(
    async (database: string, node: string, flags: ChangeFlags & OperationFlags) => {
      const body = { node, ...operationBody(flags) };
      process.exitCode = await runChange({ api: connectToApi(), database, path: 'reinitialize', body, flags });
    },
  );
};
