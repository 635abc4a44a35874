import type { Command } from 'commander';
import type { Cost } from '../domain/cost.ts';
import { postgresPath } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { print, printJson } from './output.ts';
import { alignColumns } from './table.ts';

export const cost = (program: Command): void => {
  program
    .command('cost <name>')
    .description('show the estimated cost of a database per month')
    .option('--json', 'print it as one JSON document')
    .action(async (database: string, { json }: { json?: true }) => {
      const document = await connectToApi().get<Cost>(postgresPath(database, 'cost'));
      if (json) return printJson(document);
      costText(document).forEach(print);
    });
};

const costText = ({ monthly_usd, items }: Cost): string[] =>
  alignColumns([
    ...items.map((item) => [String(item.count), item.kind, `$${item.monthly_usd}`]),
    ['', 'per month', `$${monthly_usd}`],
  ]);
