import { join } from 'node:path';
import { PgrowError } from '../domain/errors.ts';
import { readEnvironment } from '../launcher/environment.ts';
import { readKept, refuseMovedAway } from '../launcher/home.ts';
import { readPorts } from '../launcher/ports.ts';
import { createApiClient, type ApiClient } from './api-client.ts';

/** The API of this home's control plane, with the CLI's own token. */
export const connectToApi = (): ApiClient => {
  const { home, apiHost, apiPort } = readEnvironment();
  const port = apiPort ?? readPorts({ path: home })?.api;
  const token = readKept(join(home, 'token'));
  if (port === undefined || token === null) {
    refuseMovedAway(home);
    throw new PgrowError('internal', `The control plane of ${home} has never been started. Start it: ./pgrow up`);
  }
  // An API that listens on all addresses is reached on the loopback one.
  const host = apiHost === '0.0.0.0' ? '127.0.0.1' : apiHost;
  return createApiClient({ url: `http://${host}:${port}`, token });
};
