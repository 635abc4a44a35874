import { subjectOf, wordsOf } from '../call-limits.ts';
import { translate } from './engine-errors.ts';

export interface Log {
  debug(fields: object, message: string): void;
}

type Call = (...args: readonly unknown[]) => Promise<unknown>;

/** Puts a log line before and after every call, with its duration, and translates what it throws. Contents stay out. */
export const observed = <T extends object>(calls: T, log?: Log): T =>
  Object.fromEntries(
    Object.entries(calls).map(([method, call]) => [method, observedCall(method, call as Call, log)]),
  ) as T;

const observedCall =
  (method: string, call: Call, log?: Log): Call =>
  async (...args) => {
    const fields = { call: method, name: subjectOf(args) };
    const began = performance.now();
    const done = (): object => ({ ...fields, duration_ms: Math.round(performance.now() - began) });
    log?.debug(fields, 'docker call begins');
    try {
      const result = await call(...args);
      log?.debug(done(), 'docker call done');
      return result;
    } catch (error) {
      const translated = translate(error, `${wordsOf(method)} ${fields.name}`.trim());
      log?.debug({ ...done(), error: String(translated) }, 'docker call failed');
      throw translated;
    }
  };
