import type { Command } from 'commander';
import { addConfirmedChangeOptions, runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addOptions, checkpointOptions, given, operationBody, type OperationFlags } from './option-groups.ts';

export const repair = (program: Command): void => {
  const command = program
    .command('repair <name> [node]')
    .description(
      'make a node of any kind again that is gone or does not work, or everything that is missing; asks only where ' +
        'writes would be lost, as when the leader is gone and its replicas are behind',
    );
  addConfirmedChangeOptions(addOptions(command, checkpointOptions)).action(
    async (database: string, node: string | undefined, flags: ConfirmedFlags & OperationFlags) => {
      const request = { path: 'repair', body: { ...given({ node }), ...operationBody(flags) } };
      process.exitCode = await runConfirmedChange({ api: connectToApi(), database, request, flags });
    },
  );
};
