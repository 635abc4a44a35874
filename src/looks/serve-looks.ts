import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { PgrowError } from '../domain/errors.ts';
import type { Looks } from '../domain/looks.ts';
import type { Log } from '../nodes/dependencies.ts';

interface Serving {
  /** Of the Unix socket, in a directory that only this user can read. */
  readonly path: string;
  readonly looks: Looks;
  readonly log: Log;
}

export interface LooksServer {
  close(): Promise<void>;
}

/**
 * Answers questions of the API on a Unix socket: `POST /METHOD` with the arguments as JSON. The head is sent before the
 * look begins, so that the caller knows at once that a process answers; the body is `{"answer": …}` or `{"problem": …}`.
 */
export const serveLooks = async ({ path, looks, log }: Serving): Promise<LooksServer> => {
  // Of a process that was killed.
  rmSync(path, { force: true });
  const server = createServer((request, response) => {
    answer({ looks, log }, request, response).catch((error: unknown) => {
      log.warn({ err: error, look: request.url }, 'look not answered');
      response.destroy();
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(path, resolve);
  await promise;
  chmodSync(path, 0o600);
  return {
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
};

const answer = async (
  { looks, log }: Pick<Serving, 'looks' | 'log'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const name = request.url?.slice(1) ?? '';
  if (request.method !== 'POST' || !isLook(looks, name)) {
    response.writeHead(404).end();
    return;
  }
  const asked = JSON.parse(await text(request)) as unknown[];
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).flushHeaders();
  const look = looks[name] as (...asked: readonly unknown[]) => Promise<unknown>;
  const said = await look(...asked).then(
    (found) => ({ answer: found }),
    (error: unknown) => {
      if (!(error instanceof PgrowError)) log.warn({ err: error, look: name }, 'look failed');
      return { problem: problemOf(error) };
    },
  );
  response.end(JSON.stringify(said));
};

const isLook = (looks: Looks, name: string): name is keyof Looks => Object.hasOwn(looks, name);

/** As an operation reports it: code, message and the problems of an input. */
const problemOf = (error: unknown) => {
  const { code, message, problems } =
    error instanceof PgrowError
      ? error
      : new PgrowError('internal', 'Looking at the nodes failed inside pgrow. See the log of worker or monitor.');
  return { code, message, problems };
};
