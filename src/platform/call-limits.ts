import { AsyncLocalStorage } from 'node:async_hooks';
import { dockerUnavailable } from './platform-errors.ts';

/** How long a call of the engine may take, whatever it waits for: one that hangs must not hang its caller. */

/** Milliseconds that a call with these arguments may take. */
export type CallLimits = (method: string, args: readonly unknown[]) => number;

const lookMs = 10_000;
const changeMs = 60_000;
/** Milliseconds the engine gets on top of what a call itself may take. */
const marginMs = 10_000;
/** Milliseconds a command in a container may take, unless its caller says otherwise. */
export const execLimitMs = 60_000;

const limitMs: Readonly<Record<string, (args: readonly unknown[]) => number>> = {
  ping: () => 5000,
  inspectContainer: () => lookMs,
  describeContainer: () => lookMs,
  listContainers: () => lookMs,
  findByLabels: () => lookMs,
  readLabels: () => lookMs,
  networkGateway: () => lookMs,
  takenSubnets: () => lookMs,
  hasImage: () => lookMs,
  imageMadeAt: () => lookMs,
  freeBytes: () => lookMs,
  capacity: () => lookMs,
  readLogs: () => lookMs,
  execInteractive: () => lookMs,
  watch: () => lookMs,
  stopContainer: ([, seconds]) => Number(seconds) * 1000 + marginMs,
  restartContainer: ([, seconds]) => Number(seconds) * 1000 + changeMs,
  exec: ([, , , limits]) => ((limits as { timeoutMs?: number } | undefined)?.timeoutMs ?? execLimitMs) + marginMs,
};

export const engineLimits: CallLimits = (method, args) => limitMs[method]?.(args) ?? changeMs;

const underWay = new AsyncLocalStorage<AbortSignal>();

/** Aborts when the call that is under way has taken too long; undefined outside of one. */
export const signalOfCall = (): AbortSignal | undefined => underWay.getStore();

/** `what`: "inspect container postgres-1". @throws PgrowError `docker_unavailable` after `ms`; the call is aborted */
export const withinLimit = async <T>(what: string, ms: number, call: () => Promise<T>): Promise<T> => {
  const began = new Date().toISOString();
  const late = new AbortController();
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(
      dockerUnavailable(
        `"${what}", begun at ${began}, has not ended within ${ms / 1000} s; if this goes on, restart the Docker engine`,
      ),
    );
    late.abort();
  }, ms);
  try {
    return await Promise.race([underWay.run(late.signal, call), tooLate]);
  } finally {
    clearTimeout(timer);
  }
};

type Call = (...args: readonly unknown[]) => Promise<unknown>;

/** The same calls, none of which takes longer than its limit. */
export const limited = <T extends object>(calls: T, limits: CallLimits): T =>
  Object.fromEntries(
    Object.entries(calls).map(([method, call]) => [
      method,
      (...args: readonly unknown[]) =>
        withinLimit(`${wordsOf(method)} ${subjectOf(args)}`.trim(), limits(method, args), () =>
          (call as Call)(...args),
        ),
    ]),
  ) as T;

/** `ensureContainer` becomes "ensure container", as errors put it. */
export const wordsOf = (method: string): string => method.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** The name of what a call is about, which is its first argument or named by it; readLabels says the kind first. */
export const subjectOf = ([first, second]: readonly unknown[]): string => {
  if (first === 'container' || first === 'volume' || first === 'network') return `${first} ${String(second)}`;
  if (typeof first === 'string') return first;
  return typeof first === 'object' && first !== null && 'name' in first ? String(first.name) : '';
};
