import type { Command } from 'commander';
import type { extensionDocuments } from '../domain/extension-list.ts';
import { postgresPath } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { print, printJson } from './output.ts';
import { alignColumns } from './table.ts';

interface ExtensionsDocument {
  readonly node: string;
  readonly extensions: ReturnType<typeof extensionDocuments>;
}

interface ExtensionsFlags {
  readonly all?: true;
  readonly json?: true;
}

export const extensions = (program: Command): void => {
  program
    .command('extensions <name>')
    .description('list the extensions that a database has and those that can be added')
    .option('--all', 'also those that pgrow does not create, and why')
    .option('--json', 'print them as one JSON document')
    .action(async (database: string, { all, json }: ExtensionsFlags) => {
      const document = await connectToApi().get<ExtensionsDocument>(postgresPath(database, 'extensions'));
      if (json) return printJson(document);
      extensionsText(database, document, { all: all === true }).forEach(print);
    });
};

export const extensionsText = (
  database: string,
  { extensions: found }: Pick<ExtensionsDocument, 'extensions'>,
  { all }: { readonly all: boolean },
): string[] => {
  const shown = found.filter(({ installed, offered }) => all || installed !== null || offered);
  const first = found.find(({ installed, offered }) => offered && installed === null);
  return [
    ...alignColumns([
      ['EXTENSION', 'INSTALLED', 'AVAILABLE', 'WHAT IT IS'],
      ...shown.map(({ name, installed, version, comment, offered }) => [
        name,
        installed ?? '-',
        offered ? (version ?? 'in the newest image') : 'not by pgrow',
        comment ?? '',
      ]),
    ]),
    ...(all ? shown.flatMap(({ name, refused, installed }) => refusedText(name, refused, installed)) : []),
    ...(first ? ['', `Add one: ./pgrow change ${database} --extension ${first.name}`] : []),
  ];
};

const refusedText = (name: string, refused: string | null, installed: string | null): string[] =>
  refused === null || installed !== null ? [] : [`${name} is not created by pgrow: ${refused}.`];
