import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { messageOf, PgrowError, type ErrorCode, type Problem } from '../domain/errors.ts';
import { answerLimitMs, hearingLimitMs, type Looks } from '../domain/looks.ts';

/** Where a process answers: its name for users, and its Unix socket. */
export interface Answerer {
  readonly name: string;
  readonly path: string;
}

interface Limits {
  readonly hearingMs: number;
  readonly answerMs: Readonly<Record<keyof Looks, number>>;
}

const usualLimits: Limits = { hearingMs: hearingLimitMs, answerMs: answerLimitMs };

type Said =
  | { readonly answer: unknown }
  | { readonly problem: { readonly code: ErrorCode; readonly message: string; readonly problems: readonly Problem[] } };

/** Not there, not listening, or gone before it had answered: another may answer instead. */
class Unheard extends Error {}

/**
 * Asks the first that answers.
 * @throws PgrowError `worker_unavailable` when none does, else what the look was answered with
 */
export const askLooks = (answerers: readonly Answerer[], limits: Limits = usualLimits): Looks => {
  const ask = async <T>(look: keyof Looks, ...asked: readonly unknown[]): Promise<T> => {
    const reasons: string[] = [];
    for (const { name, path } of answerers) {
      try {
        const said = await askOne(path, look, asked, limits);
        if ('answer' in said) return said.answer as T;
        const { code, message, problems } = said.problem;
        throw new PgrowError(code, message, { problems });
      } catch (error) {
        if (!(error instanceof Unheard)) throw error;
        reasons.push(`${name}: ${error.message}`);
      }
    }
    throw new PgrowError(
      'worker_unavailable',
      `No process of this control plane can look at the nodes (${reasons.join('; ')}). Start what is not running: ./pgrow up`,
    );
  };
  return {
    readLive: (...asked) => ask('readLive', ...asked),
    readCircumstances: (...asked) => ask('readCircumstances', ...asked),
    hasStayed: (...asked) => ask('hasStayed', ...asked),
    tryPassword: (...asked) => ask('tryPassword', ...asked),
    readLogs: (...asked) => ask('readLogs', ...asked),
    examine: () => ask('examine'),
    remove: () => ask('remove'),
  };
};

const askOne = async (
  socketPath: string,
  look: keyof Looks,
  asked: readonly unknown[],
  { hearingMs, answerMs }: Limits,
): Promise<Said> => {
  const late = new AbortController();
  const limitMs = answerMs[look];
  let isHeard = false;
  let timer = setTimeout(() => late.abort(), hearingMs);
  try {
    const { promise, resolve, reject } = Promise.withResolvers<Parameters<typeof text>[0]>();
    request({ socketPath, method: 'POST', path: `/${look}`, agent: false, signal: late.signal }, (response) => {
      if (response.statusCode === 200) resolve(response);
      else reject(new Unheard(`it does not know ${look}`));
    })
      .on('error', reject)
      .end(JSON.stringify(asked));
    const response = await promise;
    isHeard = true;
    clearTimeout(timer);
    timer = setTimeout(() => late.abort(), limitMs);
    return JSON.parse(await text(response)) as Said;
  } catch (error) {
    if (error instanceof Unheard) throw error;
    if (!late.signal.aborted) throw new Unheard(isHeard ? 'it ended before it had answered' : messageOf(error));
    if (!isHeard) throw new Unheard(`no answer within ${hearingMs} ms`);
    throw new PgrowError('no_answer', `A look at the nodes took longer than ${limitMs / 1000} s. Try again.`);
  } finally {
    clearTimeout(timer);
  }
};
