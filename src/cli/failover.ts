import type { Command } from 'commander';
import { addConfirmedChangeOptions, runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addOptions, given, operationBody, patienceOptions, type PatienceFlags } from './option-groups.ts';

export const failover = (program: Command): void => {
  const command = program
    .command('failover <name> [node]')
    .description(
      'kill the primary and let a replica take over, without one named the most advanced; for a primary that is dead, hangs ' +
        'or is cut off. Shows what would be lost and asks. While the primary takes writes, switchover loses nothing',
    );
  addConfirmedChangeOptions(addOptions(command, patienceOptions)).action(
    async (database: string, node: string | undefined, flags: ConfirmedFlags & PatienceFlags) => {
      const request = { path: 'failover', body: { ...given({ target_node: node }), ...operationBody(flags) } };
      process.exitCode = await runConfirmedChange({ api: connectToApi(), database, request, flags });
    },
  );
};
