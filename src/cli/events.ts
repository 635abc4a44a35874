import type { Command } from 'commander';
import { postgresPath } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { eventsText, type EventDocument } from './events-text.ts';
import { print, printJson } from './output.ts';
import { addLimitOptions, mostOf, readPages, type LimitFlags } from './read-pages.ts';

export const events = (program: Command): void => {
  const verb = program.command('events <name>').description('show the events of a database, newest last');
  addLimitOptions(verb)
    .option('--json', 'print them as one JSON document')
    .action(async (database: string, { json, ...flags }: LimitFlags & { json?: true }) => {
      const path = postgresPath(database, 'events');
      const found = await Array.fromAsync(readPages<EventDocument>(connectToApi(), path, 'events', mostOf(flags)));
      if (json) return printJson({ events: found });
      eventsText(found).forEach(print);
    });
};
