import type { Command } from 'commander';
import { addPlannedChangeOptions, runChange, type ChangeFlags } from './change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addOptions, operationBody, patienceOptions, type PatienceFlags } from './option-groups.ts';

interface Flags extends ChangeFlags, PatienceFlags {
  readonly dryRun?: true;
}

export const start = (program: Command): void => {
  const command = program.command('start <name>').description('start a database that was stopped');
  addPlannedChangeOptions(addOptions(command, patienceOptions)).action(async (database: string, flags: Flags) => {
    process.exitCode = await runChange({
      api: connectToApi(),
      database,
      path: 'start',
      body: operationBody(flags),
      flags,
    });
  });
};
