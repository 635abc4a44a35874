import { Option, type Command } from 'commander';
import { connectToApi } from './connect-to-api.ts';
import { print, printJson } from './output.ts';
import { addLimitOptions, mostOf, readPages, type LimitFlags } from './read-pages.ts';
import { alignColumns } from './table.ts';

export interface AuditLine {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly actor: string;
  readonly project: string;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly request_id: string | null;
}

interface AuditFlags extends LimitFlags {
  readonly jsonl?: true;
  readonly json?: true;
}

export const audit = (program: Command): void => {
  const verb = program
    .command('audit [name]')
    .description('show who asked for which change, and what was refused, newest first');
  addLimitOptions(verb)
    .addOption(new Option('--jsonl', 'print one JSON document per line and entry').conflicts('json'))
    .option('--json', 'print one JSON document')
    .action(async (database: string | undefined, { jsonl, json, ...flags }: AuditFlags) => {
      const about = database === undefined ? '' : `?database=${encodeURIComponent(database)}`;
      const found = readPages<AuditLine>(connectToApi(), `/v1/audit${about}`, 'entries', mostOf(flags));
      if (jsonl) {
        for await (const entry of found) print(JSON.stringify(entry));
        return;
      }
      const entries = await Array.fromAsync(found);
      if (json) printJson({ entries });
      else auditText(entries).forEach(print);
    });
};

export const auditText = (entries: readonly AuditLine[]): string[] =>
  entries.length === 0
    ? ['No entries.']
    : alignColumns([
        ['AT', 'ACTOR', 'PROJECT', 'ACTION', 'DATABASE', 'DETAILS'],
        ...entries.map(({ at, actor, project, action, details: { database, ...details } }) => [
          at,
          actor,
          project,
          action,
          typeof database === 'string' ? database : '-',
          detailsText(details),
        ]),
      ]);

const detailsText = (details: Readonly<Record<string, unknown>>): string =>
  Object.entries(details)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
