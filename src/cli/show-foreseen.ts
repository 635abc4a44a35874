import type { Foreseen } from '../domain/foreseen.ts';
import { postgresPath, type ApiClient } from './api-client.ts';
import { print, printJson } from './output.ts';

interface Wanted {
  readonly database: string;
  readonly verb: 'abort' | 'cutover' | 'confirm';
  readonly json: boolean;
}

export const foreseeFlag = ['--dry-run', 'say what would happen and touch nothing'] as const;

/** What a verb would do that has no plan. */
export const showForeseen = async (api: ApiClient, { database, verb, json }: Wanted): Promise<void> => {
  const would = await api.post<Foreseen>(postgresPath(database, verb), {}, { dryRun: true });
  if (json) printJson(would);
  else foreseenText(would).forEach(print);
};

export const foreseenText = ({ says, steps }: Pick<Foreseen, 'says' | 'steps'>): string[] => [
  ...says,
  ...(steps.length === 0 ? [] : ['']),
  ...steps.map(({ index, name, becomes }) => `${becomes === 'undone' ? 'undo' : 'run'} ${index + 1}  ${name}`),
];
