import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PgrowError } from '../domain/errors.ts';
import { hostToReach, readEnvironment } from '../launcher/environment.ts';
import { readKept, refuseMovedAway } from '../launcher/home.ts';
import { readPorts } from '../launcher/ports.ts';
import { chosenContext } from './chosen-context.ts';
import type { Context, RemoteContext } from './contexts.ts';
import { printProgress } from './output.ts';
import { createApiClient, type ApiAddress, type ApiClient } from './api-client.ts';

/** The API of the chosen context. `PGROW_TOKEN_FILE` names a token to send instead of the usual one: also to another machine. */
export const connectToApi = (options: Pick<ApiAddress, 'timeoutMs'> = {}): ApiClient => {
  const context = chosenContext();
  return createApiClient({ ...(context.remote ? addressOf(context, context.remote) : addressOfHome()), ...options });
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

const addressOf = ({ name, chosenBy }: Context, { api, token_file }: RemoteContext): ApiAddress => {
  const named = readEnvironment().tokenFile;
  warnOnce(tokenWarning({ name, chosenBy, named, own: token_file }));
  const path = named ?? token_file;
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

interface TokenFiles extends Pick<Context, 'name' | 'chosenBy'> {
  /** By `PGROW_TOKEN_FILE`. */
  readonly named: string | undefined;
  /** The context's. */
  readonly own: string | null;
}

/**
 * Says so where another token than the context's own is sent to a control plane that was named with the command: it may be for
 * another one. It is sent all the same, as the context's own may do more than the command is meant to.
 */
export const tokenWarning = ({ name, chosenBy, named, own }: TokenFiles): string | null =>
  chosenBy !== '--context' || named === undefined || own === null || named === own
    ? null
    : `Warning: the context ${name} is sent the token in ${named}, which PGROW_TOKEN_FILE names, and not its own in ${own}.`;

let isWarned = false;
const warnOnce = (warning: string | null): void => {
  if (warning === null || isWarned) return;
  isWarned = true;
  printProgress(warning);
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
