import type { Command } from 'commander';
import type { Checkpoint, OperationDocument } from '../domain/operation.ts';
import { postgresPath } from './api-client.ts';
import { finishChange, type StartedOperation } from './change.ts';
import { connectToApi } from './connect-to-api.ts';
import { operationTitle } from './operation-text.ts';
import { printJson, printProgress } from './output.ts';
import { foreseeFlag, showForeseen } from './show-foreseen.ts';

/** `checkpoint`: the one that was confirmed; null if it was a grace period. */
type Confirmed = StartedOperation & { readonly checkpoint: Checkpoint | null; readonly takes_effect: string };

export const confirm = (program: Command): void => {
  program
    .command('confirm <name>')
    .description('end the running grace period, or close the open checkpoint and remove what it kept for a rollback')
    .option('--detach', 'after a grace period: return at once instead of waiting for the end of the operation')
    .option(...foreseeFlag)
    .option('--json', 'print the operation as one JSON document')
    .action(async (database: string, flags: { json?: true; detach?: true; dryRun?: true }) => {
      const api = connectToApi();
      if (flags.dryRun) return showForeseen(api, { database, verb: 'confirm', json: flags.json === true });
      const confirmed = await api.post<Confirmed>(postgresPath(database, 'confirm'), {});
      if (!confirmed.checkpoint) {
        process.exitCode = await finishChange({ api, database, started: confirmed, flags });
        return;
      }
      const operation = await api.get<OperationDocument>(
        postgresPath(database, `operations/${confirmed.operation_id}`),
      );
      printProgress(`${operationTitle(operation)}: confirmed. ${whatFollows(confirmed)}`);
      if (flags.json) printJson({ operation });
    });
};

const whatFollows = ({ takes_effect }: Confirmed): string =>
  takes_effect === 'when_a_worker_runs'
    ? 'No worker answers: what was kept for a rollback is removed as soon as one runs. Start one: ./pgrow up'
    : 'What was kept for a rollback is being removed.';
