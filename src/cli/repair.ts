import type { Command } from 'commander';
import { runChange } from './change.ts';
import { addConfirmedChangeOptions, requireYes, type ConfirmedFlags } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addOptions, checkpointOptions, given, operationBody, type OperationFlags } from './option-groups.ts';
import { readPlan } from './show-plan.ts';

export const repair = (program: Command): void => {
  const command = program
    .command('repair <name> [node]')
    .description(
      'make a node of any kind again that is gone or does not work, or everything that is missing; asks only where ' +
        'writes would be lost, as when the leader is gone and its replicas are behind',
    );
  addConfirmedChangeOptions(addOptions(command, checkpointOptions)).action(
    async (database: string, node: string | undefined, flags: ConfirmedFlags & OperationFlags) => {
      const api = connectToApi();
      const body = { ...given({ node }), ...operationBody(flags) };
      const confirm = flags.dryRun ? false : await confirmLosses();
      process.exitCode = await runChange({ api, database, path: 'repair', body: { ...body, confirm }, flags });

      async function confirmLosses(): Promise<boolean> {
        const { operation } = await readPlan(api, database, { path: 'repair', body });
        if (operation.losses.length === 0) return false;
        await requireYes(database, operation, flags.yes === true);
        return true;
      }
    },
  );
};
