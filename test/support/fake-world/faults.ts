import { ApplicationFailure, Context } from '@temporalio/activity';
import type { ActionContext } from '../../../src/domain/step-actions.ts';
import type { Lives } from './crash-injection.ts';
import type { Effect, Outside } from './outside.ts';

/** One call of an activity, as a test picks it. */
export interface ActivityCall {
  /** `ensureNode`, `openOperation` … */
  readonly name: string;
  /** Null for what an operation does around its steps. */
  readonly context: ActionContext | null;
  /** 1 for Temporal's first try at this call. */
  readonly try: number;
}

export interface Fault {
  readonly at: (call: ActivityCall) => boolean;
  /** Whether the action is done before it fails, as when a worker dies at the last line. */
  readonly when: 'before' | 'after';
  readonly error?: () => Error;
}

export interface Faults {
  /** In force until the end of the test. */
  add(fault: Fault): void;
  /** No fault is in force any more. */
  clear(): void;
  /** Holds every call that is picked until the result is called. */
  hold(at: Fault['at']): { readonly reached: Promise<void>; readonly release: () => void };
  /** The waits of this activity give up after so many seconds without progress. */
  losePatience(activity: string, seconds: number): void;
  /** Workers die in these, after each call of the outside, until one gets through. */
  dieInside(at: Fault['at']): void;
  /** Each call of the outside in these is once never answered. */
  hangInside(at: Fault['at'], effect: Effect): void;
  /** Looks at the world before and after each of these; a look that fails fails the operation. */
  lookAround(at: Fault['at'], look: () => Promise<void>): void;
  /** Every call so far, oldest first. */
  readonly calls: readonly ActivityCall[];
  /** The same activities, failing where a test wants it. */
  into<T extends object>(activities: T): T;
}

type Activity = (call: { readonly context?: ActionContext }) => Promise<unknown>;

export const createFaults = (lives: Lives, outside: Outside): Faults => {
  const faults: Fault[] = [];
  const holds: { readonly at: Fault['at']; readonly reach: () => void; readonly until: Promise<void> }[] = [];
  const calls: ActivityCall[] = [];
  const patience = new Map<string, number>();
  const deadly: Fault['at'][] = [];
  const hanging: { readonly at: Fault['at']; readonly effect: Effect }[] = [];
  const looks: { readonly at: Fault['at']; readonly look: () => Promise<void> }[] = [];

  const faulty =
    (name: string, activity: Activity): Activity =>
    async (input) => {
      const call = { name, context: input.context ?? null, try: Context.current().info.attempt };
      calls.push(call);
      for (const held of holds.filter(({ at }) => at(call))) {
        held.reach();
        const beat = setInterval(() => Context.current().heartbeat(), 100);
        await Promise.race([held.until, Context.current().cancelled]).finally(() => clearInterval(beat));
      }
      const fault = faults.find(({ at }) => at(call));
      const error = fault?.error ?? forGood;
      if (fault?.when === 'before') throw error();
      const lookers = looks.filter(({ at }) => at(call));
      for (const { look } of lookers) await look().catch(seen);
      const seconds = patience.get(name);
      const { context } = input;
      const work = () =>
        activity(
          seconds !== undefined && context ? { ...input, context: { ...context, patience_seconds: seconds } } : input,
        );
      const hang = hanging.find(({ at }) => at(call));
      const result = await (hang
        ? outside.untilAllHaveHung(hang.effect, work)
        : deadly.some((at) => at(call))
          ? lives.untilOneSurvives(work)
          : work());
      for (const { look } of lookers) await look().catch(seen);
      if (fault) throw error();
      return result;
    };

  return {
    add: (fault) => void faults.push(fault),
    clear() {
      faults.length = 0;
    },
    hold(at) {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      holds.push({ at, reach: reached.resolve, until: released.promise });
      return { reached: reached.promise, release: released.resolve };
    },
    losePatience: (activity, seconds) => void patience.set(activity, seconds),
    dieInside: (at) => void deadly.push(at),
    hangInside: (at, effect) => void hanging.push({ at, effect }),
    lookAround: (at, look) => void looks.push({ at, look }),
    calls,
    into: <T extends object>(activities: T) =>
      Object.fromEntries(
        Object.entries(activities).map(([name, activity]) => [name, faulty(name, activity as Activity)]),
      ) as T,
  };
};

export const injected = 'broken on purpose';
export const forGood = (): Error => ApplicationFailure.nonRetryable(injected, 'verification_failed');
export const passing = (): Error => ApplicationFailure.retryable('the worker died here', 'docker_unavailable');

const seen = (error: unknown): never => {
  throw ApplicationFailure.nonRetryable(`seen between two steps: ${String(error)}`, 'unsound');
};
