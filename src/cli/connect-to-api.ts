import { join } from 'node:path';
import { PgrowError } from '../domain/errors.ts';
import { hostToReach, readEnvironment } from '../launcher/environment.ts';
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
  return createApiClient({ url: `http://${hostToReach(apiHost)}:${port}`, token });
};
