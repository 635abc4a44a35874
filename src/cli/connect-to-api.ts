import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PgrowError } from '../domain/errors.ts';
import { hostToReach, readEnvironment } from '../launcher/environment.ts';
import { readKept, refuseMovedAway } from '../launcher/home.ts';
import { readPorts } from '../launcher/ports.ts';
import { createApiClient, type ApiAddress, type ApiClient } from './api-client.ts';

/** The API of this home's control plane, with the CLI's own token or the one that the surroundings name. */
export const connectToApi = (options: Pick<ApiAddress, 'timeoutMs'> = {}): ApiClient => {
  const { home, apiHost, apiPort, tokenFile } = readEnvironment();
  const port = apiPort ?? readPorts({ path: home })?.api;
  const token = tokenFile === undefined ? readKept(join(home, 'token')) : readToken(tokenFile);
  if (port === undefined || token === null) {
    refuseMovedAway(home);
    throw new PgrowError('internal', `The control plane of ${home} has never been started. Start it: ./pgrow up`);
  }
  return createApiClient({ url: `http://${hostToReach(apiHost)}:${port}`, token, ...options });
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
