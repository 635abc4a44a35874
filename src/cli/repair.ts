import type { Command } from 'commander';
import { addConfirmedChangeOptions, runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addOptions, checkpointOptions, given, operationBody, type OperationFlags } from './option-groups.ts';

export const repair = (program: Command): void => {
  const command = program
    .command('repair <name> [node]')
    .description(
      'rebuild a node of any kind that is missing or broken, or everything that is missing; asks only if writes would ' +
        'be lost, for example when the leader is gone and its replicas are behind',
    );
  addConfirmedChangeOptions(addOptions(command, checkpointOptions)).action(
    async (database: string, node: string | undefined, flags: ConfirmedFlags & OperationFlags) => {
      const request = { path: 'repair', body: { ...given({ node }), ...operationBody(flags) } };
      process.exitCode = await runConfirmedChange({ api: connectToApi(), database, request, flags });
    },
  );
};
