import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync, rmSync } from 'node:fs';

/**
 * A line at which this worker freezes itself, for tests of crashes: the test that wrote it kills the worker, or something
 * else, just there. One JSON document in the file that `PGROW_BREAKPOINTS` names; without the variable nothing is looked at.
 */
export interface Breakpoint {
  /** Name of an activity; any where none is given. */
  readonly activity?: string;
  /** Index of a step in its plan; any activity, also one that is no step, where none is given. */
  readonly step?: number;
  /** Default `run`. */
  readonly direction?: 'run' | 'undo' | 'close';
  /**
   * `begin`: nothing is done yet. `end`: everything is done and not yet reported. Anything else is a call to the world
   * outside, such as `pgbouncer.pause`, whose effect is there and whose answer was not seen.
   */
  readonly at: string;
  /** Which call of that name within one run of the activity. Default 1. */
  readonly call?: number;
}

interface Running {
  readonly activity: string;
  readonly step: number | undefined;
  readonly direction: string;
  readonly calls: Map<string, number>;
}

interface ActivityInput {
  readonly context?: { readonly step: number; readonly direction: string };
  readonly step?: number;
}
type Activity = (input: ActivityInput) => Promise<unknown>;

export interface Breakpoints {
  /** The same activities, which freeze at the line that the file names. */
  into<A extends object>(activities: A): A;
  /** The same clients of the world outside; calls of what they give back count as well. */
  observe<C extends object>(clients: C): C;
}

export const none: Breakpoints = { into: (activities) => activities, observe: (clients) => clients };

/** `halt` freezes the process as it stands; only a signal from outside wakes or ends it. */
export const openBreakpoints = (
  file: string,
  halt: () => void = () => process.kill(process.pid, 'SIGSTOP'),
): Breakpoints => {
  const running = new AsyncLocalStorage<Running>();

  const arrive = (at: string): void => {
    const here = running.getStore();
    if (!here) return;
    const call = (here.calls.get(at) ?? 0) + 1;
    here.calls.set(at, call);
    const wanted = readBreakpoint(file);
    if (!wanted || !isAt(wanted, here, at, call)) return;
    // Once only: the next one here, perhaps of a worker that took over, continues.
    rmSync(file, { force: true });
    halt();
  };

  const halting =
    (activity: string, run: Activity): Activity =>
    (input) => {
      const { context, step } = input;
      const here = { activity, step: context?.step ?? step, direction: context?.direction ?? 'run', calls: new Map() };
      return running.run(here, async () => {
        arrive('begin');
        const result = await run(input);
        arrive('end');
        return result;
      });
    };

  const observed = (value: unknown, client: string): unknown => {
    if (value instanceof Promise) return value.then((settled: unknown) => observed(settled, client));
    return isClient(value) ? observeOne(value, client) : value;
  };

  const observeOne = (client: object, name: string): object =>
    Object.fromEntries(
      Object.entries(client).map(([key, value]: [string, unknown]) => [
        key,
        typeof value === 'function' ? calling(value as Call, client, name, `${name}.${key}`) : value,
      ]),
    );

  const calling = (call: Call, client: object, name: string, at: string): Call =>
    function observedCall(...given) {
      const answer = Reflect.apply(call, client, given);
      if (!(answer instanceof Promise)) return observed(answer, name);
      return answer.then((settled: unknown) => {
        arrive(at);
        return observed(settled, name);
      });
    };

  return {
    into: <A extends object>(activities: A) =>
      Object.fromEntries(
        Object.entries(activities).map(([name, run]) => [name, halting(name, run as Activity)]),
      ) as unknown as A,
    observe: <C extends object>(clients: C) =>
      Object.fromEntries(
        Object.entries(clients).map(([name, client]) => [name, observeOne(client as object, name)]),
      ) as unknown as C,
  };
};

type Call = (...given: unknown[]) => unknown;

/** A bundle of functions, as connections and consoles are; not a document, a list or a stream. */
const isClient = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  Object.values(value).some((member) => typeof member === 'function');

const isAt = (wanted: Breakpoint, here: Running, at: string, call: number): boolean =>
  wanted.at === at &&
  (wanted.call ?? 1) === call &&
  (wanted.direction ?? 'run') === here.direction &&
  (wanted.activity === undefined || wanted.activity === here.activity) &&
  (wanted.step === undefined || wanted.step === here.step);

const readBreakpoint = (file: string): Breakpoint | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Breakpoint;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};
