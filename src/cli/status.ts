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
      if (json) return printJson(await read(api, name));
      if (watch) return watchStatus(api, name);
      (await textOf(api, name)).forEach(print);
    });
};

const read = (api: ApiClient, name: string | undefined): Promise<StatusDocument | ControlPlaneStatus> =>
  name === undefined
    ? api.get<ControlPlaneStatus>('/v1/status')
    : api.get<StatusDocument>(postgresPath(name, 'status'));

const textOf = async (api: ApiClient, name: string | undefined): Promise<string[]> => {
  const document = await read(api, name);
  return 'databases' in document ? controlPlaneText(document) : statusText(document);
};

/** On a terminal in place; elsewhere only what has changed. */
const watchStatus = async (api: ApiClient, name: string | undefined): Promise<never> => {
  let shown = '';
  for (;;) {
    const text = (await textOf(api, name)).join('\n');
    if (text !== shown) print(process.stdout.isTTY ? `\u001B[H\u001B[2J${text}` : `${text}\n`);
    shown = text;
    await delay(watchIntervalMs);
  }
};
