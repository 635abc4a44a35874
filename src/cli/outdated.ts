import type { Command } from 'commander';
import { imageAge, type OutdatedDocument } from '../domain/outdated.ts';
import { postgresPath, type ApiClient } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { print, printJson } from './output.ts';
import type { StatusDocument } from './status-document.ts';
import { alignColumns } from './table.ts';

export const outdated = (program: Command): void => {
  program
    .command('outdated [name]')
    .description('show nodes whose image is older than the one that such nodes are made from now')
    .option('--json', 'print them as one JSON document')
    .action(async (name: string | undefined, { json }: { json?: true }) => {
      const api = connectToApi();
      const all = await api.get<OutdatedDocument>('/v1/outdated');
      const found = name === undefined ? all : of(all, await api.get<StatusDocument>(postgresPath(name, 'status')));
      if (json) return printJson(found);
      outdatedText(found).forEach(print);
    });
};

/** For who looks at all databases; nothing where nothing is outdated, or an earlier API does not say. */
export const readOutdatedHint = async (api: Pick<ApiClient, 'get'>): Promise<string[]> => {
  const { databases } = await api.get<OutdatedDocument>('/v1/outdated').catch(() => ({ databases: [] }));
  if (databases.length === 0) return [];
  return [`Nodes of ${databases.map(({ name }) => name).join(', ')} have an older image. See ./pgrow outdated`];
};

/** Only of this database, which is known to be there. */
const of = ({ databases, unknown }: OutdatedDocument, { id, name }: Pick<StatusDocument, 'id' | 'name'>) => ({
  databases: databases.filter((database) => database.id === id),
  unknown: unknown.filter((each) => each === name),
});

/** `now`: milliseconds since the epoch. */
export const outdatedText = ({ databases, unknown }: OutdatedDocument, now: number = Date.now()): string[] => [
  ...(databases.length === 0
    ? ['No node is known to have an older image than nodes are made from now.']
    : alignColumns([
        ['DATABASE', 'NODE', 'IMAGE', 'BUILT', 'BRING IT TO THE NEWEST'],
        ...databases.flatMap(({ name, nodes }) =>
          nodes.map((node) => [name, node.name, node.image.reference, builtText(node, now), node.command]),
        ),
      ])),
  ...(unknown.length === 0 ? [] : [`Not known of ${unknown.join(', ')}: the monitor has not looked at all nodes yet.`]),
];

const builtText = ({ image }: OutdatedDocument['databases'][number]['nodes'][number], now: number): string => {
  const age = imageAge(image, now);
  return age === null ? '-' : `${age} ago`;
};
