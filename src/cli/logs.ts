import { InvalidArgumentError, type Command } from 'commander';
import { postgresPath } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { print, printJson } from './output.ts';

interface NodeLog {
  readonly node: string;
  readonly text: string;
}

export const logs = (program: Command): void => {
  program
    .command('logs <name> [node]')
    .description('show the last log lines of all nodes of a database, or of one node')
    .option('--lines <n>', 'lines per node', positiveInteger, 50)
    .option('--json', 'print one JSON document')
    .action(async (database: string, node: string | undefined, { lines, json }: { lines: number; json?: true }) => {
      const query = new URLSearchParams({ lines: String(lines), ...(node !== undefined && { node }) });
      const document = await connectToApi().get<{ logs: readonly NodeLog[] }>(
        postgresPath(database, `logs?${query.toString()}`),
      );
      if (json) return printJson(document);
      for (const log of document.logs) logText(log, document.logs.length > 1).forEach(print);
    });
};

/** Each line after the name of its node where there are several. */
const logText = ({ node, text }: NodeLog, named: boolean): string[] => {
  const lines = text.replace(/\n$/, '').split('\n');
  return named ? lines.map((line) => `${node}  ${line}`) : lines;
};

const positiveInteger = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Allowed: a whole number from 1.');
  return Number(text);
};
