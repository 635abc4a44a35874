import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PgrowError } from '../domain/errors.ts';
import { hostToReach, readEnvironment } from '../launcher/environment.ts';
import { readKept, refuseMovedAway } from '../launcher/home.ts';
import { readPorts } from '../launcher/ports.ts';
import { chosenContext } from './chosen-context.ts';
import type { RemoteContext } from './contexts.ts';
import { createApiClient, type ApiAddress, type ApiClient } from './api-client.ts';

/** The API of the chosen context. `PGROW_TOKEN_FILE` names a token to send instead of the usual one. */
export const connectToApi = (options: Pick<ApiAddress, 'timeoutMs'> = {}): ApiClient => {
  const { name, remote } = chosenContext();
  return createApiClient({ ...(remote ? addressOf(name, remote) : addressOfHome()), ...options });
};

/** That of this home's control plane, with the token in the home. */
const addressOfHome = (): ApiAddress => {
  const { home, tokenFile } = readEnvironment();
  const url = urlOfHome();
  const token = tokenFile === undefined ? readKept(join(home, 'token')) : readToken(tokenFile);
  if (url === null || token === null) {
    refuseMovedAway(home);
    throw new PgrowError('internal', `The control plane of ${home} has never been started. Start it: ./pgrow up`);
  }
  return { url, token };
};

/** Null before the first `up`. */
export const urlOfHome = (): string | null => {
  const { home, apiHost, apiPort } = readEnvironment();
  const port = apiPort ?? readPorts({ path: home })?.api;
  return port === undefined ? null : `http://${hostToReach(apiHost)}:${port}`;
};

const addressOf = (name: string, { api, token_file }: RemoteContext): ApiAddress => {
  const path = readEnvironment().tokenFile ?? token_file;
  if (path !== null)
    return {
      url: api,
      token: readToken(path),
      whenDown: `Check that the control plane of the context ${name} runs, and its address: ./pgrow config show`,
    };
  throw new PgrowError(
    'malformed_request',
    `The context ${name} was added without a token. Name the file that holds one: PGROW_TOKEN_FILE=FILE`,
  );
};

/** @throws PgrowError `malformed_request` where there is none in it */
export const readToken = (path: string): string => {
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new PgrowError('malformed_request', `Cannot read the token: ${messageOf(error)}`, { cause: error });
  }
  // Nothing else may come into a header.
  if (/^[\w.~+/=-]+$/.test(token)) return token;
  const fact = token === '' ? 'is empty' : 'holds more than a token';
  throw new PgrowError('malformed_request', `${path} ${fact}. Write into it what "./pgrow tokens create" has printed.`);
};
