import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { LooksSockets } from '../domain/answerers.ts';
import { messageOf, PgrowError, type ErrorCode, type Problem } from '../domain/errors.ts';
import {
  answerLimitMs,
  hearingLimitMs,
  type LogFollower,
  type LogLine,
  type LogStart,
  type Looks,
  type SampleReader,
  type Samples,
} from '../domain/looks.ts';

interface Limits {
  readonly hearingMs: number;
  readonly answerMs: typeof answerLimitMs;
}

const usualLimits: Limits = { hearingMs: hearingLimitMs, answerMs: answerLimitMs };

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly problems: readonly Problem[];
}

type Said = { readonly answer: unknown } | { readonly problem: Failure };

/** Not there, not listening, or gone before it had answered: another may answer instead. */
class Unheard extends Error {}
/** Its socket refuses connections: the process has ended. */
class Dead extends Unheard {}

/**
 * Asks the first that answers.
 * @throws PgrowError `worker_unavailable` when none does, else what the look was answered with
 */
export const askLooks = (sockets: LooksSockets, limits: Limits = usualLimits): Looks => {
  const ask = async <T>(look: keyof Looks, ...asked: readonly unknown[]): Promise<T> => {
    const said = await firstOf(sockets, (path) => askOne(path, look, asked, limits));
    if ('answer' in said) return said.answer as T;
    throw thrown(said.problem);
  };
  return {
    readLive: (...asked) => ask('readLive', ...asked),
    readCircumstances: (...asked) => ask('readCircumstances', ...asked),
    hasStayed: (...asked) => ask('hasStayed', ...asked),
    tryPassword: (...asked) => ask('tryPassword', ...asked),
    readLogs: (...asked) => ask('readLogs', ...asked),
    readStatements: (...asked) => ask('readStatements', ...asked),
    readOlderImages: (...asked) => ask('readOlderImages', ...asked),
    readSettings: (...asked) => ask('readSettings', ...asked),
    readExtensions: (...asked) => ask('readExtensions', ...asked),
    readLogSettings: (...asked) => ask('readLogSettings', ...asked),
    pingEngine: () => ask('pingEngine'),
    readPreflight: (...asked) => ask('readPreflight', ...asked),
    examine: () => ask('examine'),
    remove: () => ask('remove'),
  };
};

/** Asks the process that measures. @throws PgrowError `worker_unavailable` when none does */
export const askSamples = (sockets: LooksSockets, limits: Limits = usualLimits): SampleReader => ({
  readSamples: (serviceId) =>
    firstOf(sockets, async (path) => {
      const said = await askOne(path, 'readSamples', [serviceId], limits);
      if ('problem' in said) throw thrown(said.problem);
      // Of several monitors one acts.
      if (said.answer === null) throw new Unheard('it does not measure');
      return said.answer as Samples;
    }),
});

/** What the first says that is there. @throws PgrowError `worker_unavailable` when none is */
const firstOf = async <T>(sockets: LooksSockets, hear: (socketPath: string) => Promise<T>): Promise<T> => {
  const reasons: string[] = [];
  for (const answerer of sockets.list()) {
    try {
      return await hear(sockets.pathOf(answerer));
    } catch (error) {
      if (!(error instanceof Unheard)) throw error;
      if (error instanceof Dead) sockets.forget(answerer);
      reasons.push(`${answerer.name}: ${error.message}`);
    }
  }
  throw new PgrowError(
    'worker_unavailable',
    `No process of this control plane can look at the nodes (${reasons.join('; ') || 'none is running'}). Start what is not running: ./pgrow up`,
  );
};

const thrown = ({ code, message, problems }: Failure): PgrowError => new PgrowError(code, message, { problems });

const askOne = async (
  socketPath: string,
  look: keyof typeof answerLimitMs,
  asked: readonly unknown[],
  { hearingMs, answerMs }: Limits,
): Promise<Said> => {
  const limitMs = answerMs[look];
  const late = new AbortController();
  const response = await hear({ socketPath, look, asked, hearingMs, signal: late.signal });
  const timer = setTimeout(() => late.abort(), limitMs);
  try {
    return JSON.parse(await text(response)) as Said;
  } catch {
    if (!late.signal.aborted) throw new Unheard('it ended before it had answered');
    throw new PgrowError('no_answer', `A look at the nodes took longer than ${limitMs / 1000} s. Try again.`);
  } finally {
    clearTimeout(timer);
  }
};

interface Question {
  readonly socketPath: string;
  readonly look: string;
  readonly asked: readonly unknown[];
  readonly hearingMs: number;
  /** Ends the request and its answer. */
  readonly signal: AbortSignal;
}

/** The answer, once it has begun. @throws Unheard */
const hear = async ({ socketPath, look, asked, hearingMs, signal: wanted }: Question): Promise<IncomingMessage> => {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), hearingMs);
  const signal = AbortSignal.any([wanted, late.signal]);
  try {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    request({ socketPath, method: 'POST', path: `/${look}`, agent: false, signal }, (response) => {
      if (response.statusCode === 200) resolve(response);
      else reject(new Unheard(`it does not know ${look}`));
    })
      .on('error', reject)
      .end(JSON.stringify(asked));
    return await promise;
  } catch (error) {
    if (error instanceof Unheard) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') throw new Dead('it has ended');
    throw new Unheard(late.signal.aborted ? `no answer within ${hearingMs} ms` : messageOf(error));
  } finally {
    clearTimeout(timer);
  }
};

/** Asks the first that answers for the lines of a log, as they come. Ends with the process that answers. */
export const askLogs = (sockets: LooksSockets, hearingMs = hearingLimitMs): LogFollower => ({
  async *followLog(container: string, from: LogStart, signal: AbortSignal): AsyncGenerator<LogLine> {
    const answer = await firstOf(sockets, (socketPath) =>
      hear({ socketPath, look: 'followLog', asked: [container, from], hearingMs, signal }),
    );
    for await (const said of saidIn(answer)) {
      if ('problem' in said) throw thrown(said.problem);
      yield said.line;
    }
  },
});

type SaidOfLog = { readonly line: LogLine } | { readonly problem: Failure };

/** One document on each line; the last may be cut off with the process that wrote it. */
async function* saidIn(answer: IncomingMessage): AsyncGenerator<SaidOfLog> {
  let partial = '';
  try {
    for await (const chunk of answer.setEncoding('utf8')) {
      const lines = (partial + String(chunk)).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as SaidOfLog;
    }
  } catch (error) {
    // The process has ended, or no one wants to hear more.
    if (error instanceof SyntaxError) throw error;
  }
}
