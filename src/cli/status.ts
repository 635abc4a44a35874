import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import { postgresPath, type ApiClient } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { print, printJson } from './output.ts';
import type { ControlPlaneStatus, StatusDocument } from './status-document.ts';
import { controlPlaneText, statusText } from './status-text.ts';

const watchIntervalMs = 1_000;

export const status = (program: Command): void => {
  program
    .command('status [name]')
    .description('show a database: its nodes, health and running operation; without a name, the control plane')
    .option('--watch', 'refresh every second until Ctrl-C')
    .option('--json', 'print one JSON document')
    .action(async (name: string | undefined, { watch, json }: { watch?: true; json?: true }) => {
      if (watch && json)
        throw new PgrowError('malformed_request', '--json prints one document and --watch many: choose one.');
      const api = connectToApi();
      if (watch) return watchStatus(api, name);
      const document = await read(api, name, { isFresh: true });
      if (json) return printJson(document);
      textOf(document).forEach(print);
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

/** On a terminal in place; elsewhere only what has changed besides its age. */
const watchStatus = async (api: ApiClient, name: string | undefined): Promise<never> => {
  let shown = '';
  for (;;) {
    const document = await read(api, name, { isFresh: false });
    const text = textOf(process.stdout.isTTY ? document : withoutAges(document)).join('\n');
    if (text !== shown) print(process.stdout.isTTY ? `\u001B[H\u001B[2J${text}` : `${text}\n`);
    shown = text;
    await delay(watchIntervalMs);
  }
};

const withoutAges = <D extends StatusDocument | ControlPlaneStatus>(document: D): D =>
  'databases' in document
    ? { ...document, databases: document.databases.map((database) => ({ ...database, age_ms: 0 })) }
    : { ...document, age_ms: 0 };
