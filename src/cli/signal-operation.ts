import type { Command } from 'commander';
import { postgresPath } from './api-client.ts';
import { finishChange, type StartedOperation } from './change.ts';
import { connectToApi } from './connect-to-api.ts';
import { printProgress } from './output.ts';
import { foreseeFlag, showForeseen } from './show-foreseen.ts';

interface SignalFlags {
  readonly detach?: true;
  readonly json?: true;
  readonly dryRun?: true;
}

/** Completes a verb that tells the running operation something and then sees it through to its end. */
export const signalOperation = (command: Command, signal: 'cutover' | 'abort'): void => {
  command
    .option('--detach', 'return at once instead of waiting for the end of the operation')
    .option(...foreseeFlag)
    .option('--json', 'print the operation as one JSON document')
    .action(async (database: string, flags: SignalFlags) => {
      const api = connectToApi();
      if (flags.dryRun) return showForeseen(api, { database, verb: signal, json: flags.json === true });
      const started = await api.post<StartedOperation & { readonly takes_effect: string }>(
        postgresPath(database, signal),
        {},
      );
      if (started.takes_effect === 'when_ready')
        printProgress(`${database} is not ready yet; the cut-over starts as soon as it is.`);
      if (started.takes_effect === 'when_a_worker_runs')
        printProgress('No worker answers: the message is delivered as soon as one runs. Start one: ./pgrow up');
      const wanted = signal === 'abort' ? 'aborted' : 'done';
      process.exitCode = await finishChange({ api, database, started, flags, wanted });
    });
};
