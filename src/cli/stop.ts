import type { Command } from 'commander';
import { addConfirmedChangeOptions, runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addOptions, operationBody, patienceOptions, type PatienceFlags } from './option-groups.ts';

export const stop = (program: Command): void => {
  const command = program
    .command('stop <name>')
    .description('stop a database: it uses no memory and no CPU, keeps everything, and is down until it is started');
  addConfirmedChangeOptions(addOptions(command, patienceOptions)).action(
    async (database: string, flags: ConfirmedFlags & PatienceFlags) => {
      const request = { path: 'stop', body: operationBody(flags) };
      process.exitCode = await runConfirmedChange({ api: connectToApi(), database, request, flags });
    },
  );
};
