import type { Command } from 'commander';
import type { WorkersDocument } from '../domain/workers.ts';
import { namesOf } from '../domain/worker-versions.ts';
import { connectToApi } from './connect-to-api.ts';
import { formatMs } from '../domain/format-duration.ts';
import { print, printJson } from './output.ts';
import { alignColumns } from './table.ts';

export const workers = (program: Command): void => {
  program
    .command('workers')
    .description('show the versions of the worker, the operations that continue under each, and the workers that poll')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const document = await connectToApi().get<WorkersDocument>('/v1/workers');
      if (json) printJson(document);
      else workersText(document).forEach(print);
    });
};

export const workersText = ({ versions, workers: all, notices }: WorkersDocument): string[] => [
  ...(versions.length === 0
    ? ['No versions of the worker are known.']
    : alignColumns([
        ['VERSION', 'STATUS', 'SINCE', 'PREPARED', 'WORKERS', 'OPERATIONS'],
        ...versions.map(({ version, status, since, prepared, workers: polling, operations }) => [
          version,
          status,
          since ?? '-',
          prepared ? 'yes' : 'no',
          String(polling.length),
          operations.length === 0 ? '-' : namesOf(operations),
        ]),
      ])),
  '',
  ...(all.length === 0
    ? ['No worker has asked for work within the last minutes.']
    : alignColumns([
        ['WORKER', 'HOST', 'PID', 'VERSION', 'LAST POLL'],
        ...all.map(({ identity, host, pid, version, seen_ago, polls }) => [
          identity.split(' ').at(-1) ?? identity,
          host ?? '-',
          pid === null ? '-' : String(pid),
          version ?? '-',
          `${formatMs(seen_ago * 1000)} ago${polls ? '' : ', has probably ended'}`,
        ]),
      ])),
  ...(notices.length === 0 ? [] : ['', ...notices]),
];
