import type { Command } from 'commander';
import { connectToApi } from './connect-to-api.ts';
import { print, printJson } from './output.ts';
import type { ControlPlaneStatus } from './status-document.ts';
import { databasesText } from './status-text.ts';

export const list = (program: Command): void => {
  program
    .command('list')
    .description('list the databases')
    .option('--json', 'print them as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const { databases } = await connectToApi().get<ControlPlaneStatus>('/v1/status');
      if (json) return printJson({ databases });
      databasesText(databases).forEach(print);
    });
};
