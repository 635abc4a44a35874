import type { Command } from 'commander';
import type { OperationDocument } from '../domain/operation.ts';
import { postgresPath } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { formatMs } from '../domain/format-duration.ts';
import { operationTitle } from './operation-text.ts';
import { print, printJson } from './output.ts';
import { addLimitOptions, mostOf, readPages, type LimitFlags } from './read-pages.ts';
import { alignColumns } from './table.ts';

export const operations = (program: Command): void => {
  const verb = program.command('operations <name>').description('list the operations of a database, newest first');
  addLimitOptions(verb)
    .option('--json', 'print them as one JSON document')
    .action(async (database: string, { json, ...flags }: LimitFlags & { json?: true }) => {
      const path = postgresPath(database, 'operations');
      const found = await Array.fromAsync(
        readPages<OperationDocument>(connectToApi(), path, 'operations', mostOf(flags)),
      );
      if (json) return printJson({ operations: found });
      operationsText(found).forEach(print);
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
