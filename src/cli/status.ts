import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import { postgresPath, type ApiClient } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { readConsoleLink } from './console-link.ts';
import { layersText } from './layers-text.ts';
import { readOutdatedHint } from './outdated.ts';
import { print, printJson, printProgress } from './output.ts';
import type { ControlPlaneStatus, StatusDocument } from './status-document.ts';
import { controlPlaneText, statusText } from './status-text.ts';
import { createStatusView, watchStatus } from './watch-status.ts';

const watchIntervalMs = 1_000;

interface Flags {
  readonly watch?: true;
  readonly json?: boolean;
}

export const status = (program: Command): void => {
  program
    .command('status [name]')
    .description('show a database: its nodes, health and running operation; without a name, the control plane')
    .option('--watch', 'refresh every second until Ctrl-C; without a terminal, a JSON document a line')
    .option('--json', 'print one JSON document')
    .action(async (name: string | undefined, { watch, json = false }: Flags) => {
      if (watch && program.opts<{ output?: string }>().output === 'yaml')
        throw new PgrowError('malformed_request', '--watch prints many documents: choose --output json, one a line.');
      const api = connectToApi();
      if (watch) {
        const view = createStatusView(process.stdout, { json, textOf: watchedText, notice: printProgress });
        const wait = () => delay(watchIntervalMs);
        return watchStatus({ read: () => read(api, name, { isFresh: false }), view, wait });
      }
      const document = await read(api, name, { isFresh: true });
      if (json) return printJson(document);
      textOf(document).forEach(print);
      if (name === undefined) (await readOutdatedHint(api)).forEach(print);
      const link = name === undefined ? null : await readConsoleLink(api, name);
      if (link !== null) print(`In the console: ${link}`);
    });
};

/** Once it is what the nodes say now; who watches sees what the monitor sees, which costs the nodes nothing. */
const read = (
  api: ApiClient,
  name: string | undefined,
  { isFresh }: { readonly isFresh: boolean },
): Promise<StatusDocument | ControlPlaneStatus> =>
  name === undefined
    ? api.get<ControlPlaneStatus>('/v1/status')
    : api.get<StatusDocument>(`${postgresPath(name, 'status')}${isFresh ? '?fresh=true' : ''}`);

const textOf = (document: StatusDocument | ControlPlaneStatus): string[] =>
  'databases' in document ? controlPlaneText(document) : statusText(document);

const watchedText = (document: StatusDocument | ControlPlaneStatus): string[] =>
  'databases' in document ? controlPlaneText(document) : layersText(document);
