import type { Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import { postgresPath } from './api-client.ts';
import { finishChange } from './change.ts';
import { connectToApi } from './connect-to-api.ts';
import type { StatusDocument } from './status-document.ts';

interface SignalFlags {
  readonly detach?: true;
  readonly json?: true;
}

/** Completes a verb that tells the running operation something and then sees it through to its end. */
export const signalOperation = (command: Command, signal: 'cutover' | 'abort'): void => {
  command
    .option('--detach', 'return at once instead of waiting for the end of the operation')
    .option('--json', 'print the operation as one JSON document')
    .action(async (database: string, flags: SignalFlags) => {
      const api = connectToApi();
      const { operation } = await api.get<StatusDocument>(postgresPath(database, 'status'));
      if (!operation) {
        throw new PgrowError(
          'refused',
          `Cannot ${signal} ${database}: no operation runs. See ./pgrow operations ${database}`,
        );
      }
      await api.post(postgresPath(database, signal), {});
      const started = { operation_id: operation.id, workflow_id: operation.workflow_id };
      const wanted = signal === 'abort' ? 'aborted' : 'done';
      process.exitCode = await finishChange({ api, database, started, flags, wanted });
    });
};
