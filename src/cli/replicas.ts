import { Argument, type Command } from 'commander';
import { addConfirmedChangeOptions, runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addOptions, checkpointOptions, integer, operationBody, type OperationFlags } from './option-groups.ts';

export const replicas = (program: Command): void => {
  const command = program
    .command('replicas <name>')
    .description('add or remove replicas; 0 removes them all, with HAProxy')
    .addArgument(new Argument('<count>', '0–5, at stage ha 2–6 standbys or 0').argParser(integer));
  addConfirmedChangeOptions(addOptions(command, checkpointOptions)).action(
    async (database: string, count: number, flags: ConfirmedFlags & OperationFlags) => {
      const api = connectToApi();
      const request = { path: 'replicas', body: { count, ...operationBody(flags) } };
      process.exitCode = await runConfirmedChange({ api, database, request, flags });
    },
  );
};
