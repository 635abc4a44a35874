import { Option, type Command } from 'commander';
import { postgresPath } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { parseSeconds } from './duration.ts';
import { followLogs } from './follow-logs.ts';
import { positiveInteger } from './option-groups.ts';
import { print, printJson, printProgress } from './output.ts';
import { hasColors, paintNode } from './terminal.ts';

interface NodeLog {
  readonly node: string;
  readonly text: string;
}

interface Flags {
  readonly tail?: number;
  readonly since?: string;
  readonly follow?: true;
  readonly json?: true;
}

export const logs = (program: Command): void => {
  program
    .command('logs <name> [node]')
    .description('show the last log lines of all nodes of a database, or of one node')
    .addOption(new Option('-f, --follow', 'continue with the lines to come; Ctrl-C ends it').conflicts('json'))
    .option('-n, --tail <n>', 'lines per node (default 50, with --since all)', positiveInteger)
    .addOption(new Option('--lines <n>').argParser(positiveInteger).hideHelp())
    .option('--since <when>', 'only lines from then on: 10m, 1h30m, or 2026-11-21T05:15:52Z', moment)
    .option('--json', 'print one JSON document')
    .action(async (database: string, node: string | undefined, flags: Flags & { readonly lines?: number }) => {
      const { tail = flags.lines, since, follow, json } = flags;
      const start = { ...(tail !== undefined && { lines: String(tail) }), ...(since !== undefined && { since }) };
      if (follow) return followUntilInterrupted(database, node, start);
      const query = new URLSearchParams({ ...start, ...(node !== undefined && { node }) });
      const document = await connectToApi().get<{ logs: readonly NodeLog[] }>(
        postgresPath(database, `logs?${query.toString()}`),
      );
      if (json) return printJson(document);
      for (const line of logsText(document.logs, painter())) print(line);
    });
};

const followUntilInterrupted = async (
  database: string,
  node: string | undefined,
  start: Readonly<Record<string, string>>,
): Promise<void> => {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  const { signal } = interrupted;
  await followLogs({
    api: connectToApi(),
    database,
    node,
    start,
    signal,
    print,
    paint: painter(),
    printNotice: printProgress,
  });
};

type Paint = (node: string, padded: string) => string;

/** Each node has a colour of its own where there are colours. */
const painter = (): Paint => (hasColors(process.stdout) ? paintNode : (_, padded) => padded);

/** Each line after the name of its node where there are several. */
export const logsText = (read: readonly NodeLog[], paint: Paint): string[] => {
  const width = Math.max(...read.map(({ node }) => node.length));
  return read.flatMap(({ node, text }) => {
    const lines = text.replace(/\n$/, '').split('\n');
    return read.length > 1 ? lines.map((line) => `${paint(node, node.padEnd(width))}  ${line}`) : lines;
  });
};

/** A time that lies so far back becomes a moment; the API checks moments. */
const moment = (text: string): string => {
  if (/^\d{4}-/.test(text)) return text;
  return new Date(Date.now() - parseSeconds(text) * 1000).toISOString();
};
