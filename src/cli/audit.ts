import { Option, type Command } from 'commander';
import { connectToApi } from './connect-to-api.ts';
import type { ApiClient } from './api-client.ts';
import { positiveInteger } from './option-groups.ts';
import { print, printJson } from './output.ts';
import { alignColumns } from './table.ts';

/** As the API answers. */
export interface AuditDocument {
  readonly entries: readonly AuditLine[];
  readonly next_cursor: string | null;
}

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

interface AuditFlags {
  readonly limit: number;
  readonly all?: true;
  readonly jsonl?: true;
  readonly json?: true;
}

const page = 1000;

export const audit = (program: Command): void => {
  program
    .command('audit [name]')
    .description('show who asked for which change, and what was refused, newest first')
    .option('--limit <count>', 'the newest so many', positiveInteger, 100)
    .option('--all', 'everything on record')
    .addOption(new Option('--jsonl', 'print one JSON document per line and entry').conflicts('json'))
    .option('--json', 'print one JSON document')
    .action(async (database: string | undefined, { limit, all, jsonl, json }: AuditFlags) => {
      const found = readAudit(connectToApi(), database, all ? Number.POSITIVE_INFINITY : limit);
      if (jsonl) {
        for await (const entry of found) print(JSON.stringify(entry));
        return;
      }
      const entries = await Array.fromAsync(found);
      if (json) printJson({ entries });
      else auditText(entries).forEach(print);
    });
};

/** A page at a time: an export of many years holds one page in memory. */
export async function* readAudit(
  api: Pick<ApiClient, 'get'>,
  database: string | undefined,
  most: number,
): AsyncGenerator<AuditLine> {
  const about = database === undefined ? '' : `&database=${encodeURIComponent(database)}`;
  let cursor: string | null = null;
  for (let left = most; left > 0;) {
    const continued: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { entries, next_cursor }: AuditDocument = await api.get(
      `/v1/audit?limit=${Math.min(left, page)}${about}${continued}`,
    );
    yield* entries;
    if (next_cursor === null) return;
    cursor = next_cursor;
    left -= entries.length;
  }
}

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
