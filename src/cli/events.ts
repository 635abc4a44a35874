import type { Command } from 'commander';
import { postgresPath } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { eventsText, type EventDocument } from './events-text.ts';
import { print, printJson } from './output.ts';

export const events = (program: Command): void => {
  program
    .command('events <name>')
    .description('show the events of a database, newest last')
    .option('--json', 'print them as one JSON document')
    .action(async (database: string, { json }: { json?: true }) => {
      const document = await connectToApi().get<{ events: readonly EventDocument[] }>(postgresPath(database, 'events'));
      if (json) return printJson(document);
      eventsText(document.events).forEach(print);
    });
};
