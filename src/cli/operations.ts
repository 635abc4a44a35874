import type { Command } from 'commander';
import type { OperationDocument } from '../domain/operation.ts';
import { postgresPath } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { formatMs } from './duration.ts';
import { operationTitle } from './operation-text.ts';
import { print, printJson } from './output.ts';
import { alignColumns } from './table.ts';

export const operations = (program: Command): void => {
  program
    .command('operations <name>')
    .description('list the operations of a database, newest first')
    .option('--json', 'print them as one JSON document')
    .action(async (database: string, { json }: { json?: true }) => {
      const document = await connectToApi().get<{ operations: readonly OperationDocument[] }>(
        postgresPath(database, 'operations'),
      );
      if (json) return printJson(document);
      operationsText(document.operations).forEach(print);
    });
};

const operationsText = (all: readonly OperationDocument[]): string[] =>
  all.length === 0
    ? ['No operations.']
    : alignColumns([
        ['STARTED', 'OPERATION', 'STATUS', 'TOOK', 'BY', 'ID'],
        ...all.map((operation) => [
          operation.started_at,
          operationTitle(operation),
          operation.status,
          operation.duration_ms === null ? '-' : formatMs(operation.duration_ms),
          operation.actor,
          operation.id,
        ]),
      ]).concat(
        all.flatMap(({ id, reason }) => (reason === null ? [] : ['', `${id} was started by pgrow: ${reason}`])),
      );
