import { randomUUID } from 'node:crypto';
import { chmodSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { PgrowError } from '../domain/errors.ts';
import type { LogFollower, LogLine, LogStart, Looks, Samples } from '../domain/looks.ts';
import type { Log } from '../nodes/dependencies.ts';

type Served = Looks &
  LogFollower & {
    /** Only of a process that may measure; null while it does not. */
    readSamples?(serviceId: string): Promise<Samples | null>;
  };

interface Serving {
  /** Of the Unix socket, in a directory that only this user can read. */
  readonly path: string;
  readonly looks: Served;
  readonly log: Log;
}

export interface LooksServer {
  close(): Promise<void>;
}

/**
 * Answers questions of the API on a Unix socket: `POST /METHOD` with the arguments as JSON. The head is sent before the
 * look begins, so that the caller knows at once that a process answers; the body is `{"answer": …}` or `{"problem": …}`.
 * A log is followed by `POST /followLog`: each line of the answer is `{"line": …}`, the last may be `{"problem": …}`.
 */
export const serveLooks = async ({ path, looks, log }: Serving): Promise<LooksServer> => {
  const server = createServer((request, response) => {
    answer({ looks, log }, request, response).catch((error: unknown) => {
      log.warn({ err: error, look: request.url }, 'look not answered');
      response.destroy();
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Under its name a socket always accepts: one that refuses is known to be of a process that is gone.
  const draft = `${path}.${randomUUID().slice(0, 8)}`;
  server.once('error', reject).listen(draft, resolve);
  await promise;
  chmodSync(draft, 0o600);
  const { ino } = statSync(draft);
  renameSync(draft, path);
  return {
    async close() {
      // Another process may have taken the name over.
      if (statSync(path, { throwIfNoEntry: false })?.ino === ino) rmSync(path, { force: true });
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
  if (request.method === 'POST' && name === 'followLog') return follow({ looks, log }, request, response);
  if (request.method !== 'POST' || !isLook(looks, name)) {
    response.writeHead(404).end();
    return;
  }
  const asked = JSON.parse(await text(request)) as unknown[];
  beginAnswer(response);
  const look = looks[name] as (...asked: readonly unknown[]) => Promise<unknown>;
  const said = await look(...asked).then(
    (found) => ({ answer: found ?? null }),
    (error: unknown) => {
      if (!(error instanceof PgrowError)) log.warn({ err: error, look: name }, 'look failed');
      return { problem: problemOf(error) };
    },
  );
  response.end(JSON.stringify(said));
};

const isLook = (looks: Looks, name: string): name is keyof Looks => Object.hasOwn(looks, name);

const beginAnswer = (response: ServerResponse): void =>
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).flushHeaders();

/** No faster than the lines are taken, and until the one who asked goes away. */
const follow = async (
  { looks, log }: Pick<Serving, 'looks' | 'log'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const [container, from] = JSON.parse(await text(request)) as [string, LogStart];
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  beginAnswer(response);
  const said = written(looks.followLog(container, from, gone.signal), log);
  await pipeline(Readable.from(said), response).catch((error: unknown) => {
    if (!gone.signal.aborted) throw error;
  });
};

async function* written(lines: AsyncIterable<LogLine>, log: Log): AsyncGenerator<string> {
  try {
    for await (const line of lines) yield `${JSON.stringify({ line })}\n`;
  } catch (error) {
    if (!(error instanceof PgrowError)) log.warn({ err: error, look: 'followLog' }, 'look failed');
    yield `${JSON.stringify({ problem: problemOf(error) })}\n`;
  }
}

/** As an operation reports it: code, message and the problems of an input. */
const problemOf = (error: unknown) => {
  const { code, message, problems } =
    error instanceof PgrowError
      ? error
      : new PgrowError('internal', 'Looking at the nodes failed inside pgrow. See the log of worker or monitor.');
  return { code, message, problems };
};
