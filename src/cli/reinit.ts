import type { Command } from 'commander';
import { addConfirmedChangeOptions, runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addOptions, checkpointOptions, operationBody, type OperationFlags } from './option-groups.ts';

export const reinit = (program: Command): void => {
  const command = program.command('reinit <name> <node>').description('rebuild one replica from an empty volume');
  addConfirmedChangeOptions(addOptions(command, checkpointOptions)).action(
    async (database: string, node: string, flags: ConfirmedFlags & OperationFlags) => {
      const request = { path: 'reinitialize', body: { node, ...operationBody(flags) } };
      process.exitCode = await runConfirmedChange({ api: connectToApi(), database, request, flags });
    },
  );
};
