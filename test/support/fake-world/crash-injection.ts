import { AsyncLocalStorage } from 'node:async_hooks';
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { PgrowError } from '../../../src/domain/errors.ts';
import { budgetAround } from '../../../src/domain/retry-budget.ts';
import type { InteractiveExec } from '../../../src/platform/platform.ts';

/** Workers that die in the middle of an activity: they do nothing more, not even what they do when something fails. */
export interface Lives {
  /** One call of the outside: after each a worker may be dead, and then it makes no other. */
  outside<T>(call: () => Promise<T>): Promise<T>;
  /** The same object, with all its methods calls of the outside. */
  killable<T extends object>(calls: T): T;
  /** Ends with whoever has opened it. */
  connected(open: () => Promise<InteractiveExec>): Promise<InteractiveExec>;
  /** Has work done by a worker that dies after so many calls; whether it lived to its end. */
  liveFor(calls: number, work: () => Promise<unknown>): Promise<boolean>;
  /** Has work done again and again, each time by a worker that dies one call later, until one lives to its end. */
  untilOneSurvives<T>(work: () => Promise<T>): Promise<T>;
  /** How many have died so far. */
  deaths(): number;
}

interface Life {
  calls: number;
  readonly lastCall: number;
  dead: boolean;
  readonly die: () => void;
  readonly death: Promise<'dead'>;
  /** Settles once no one waits for it any more, so that no timer of it stays behind. */
  readonly neverSettles: Promise<never>;
  readonly settle: () => void;
  readonly connections: InteractiveExec[];
}

/** How often Temporal runs the same again: what the dead left behind may need it. */
const attemptsAtHealing = 5;

export const createLives = (): Lives => {
  const current = new AsyncLocalStorage<Life>();
  let deaths = 0;

  const outside: Lives['outside'] = async (call) => {
    const life = current.getStore();
    if (!life) return call();
    if (life.dead) return life.neverSettles;
    life.calls += 1;
    const isLast = life.calls === life.lastCall;
    try {
      return await call();
    } finally {
      if (isLast) life.die();
      if (life.dead) await life.neverSettles;
    }
  };

  return {
    outside,
    killable: (calls) =>
      new Proxy(calls, {
        get(target, name) {
          const call: unknown = Reflect.get(target, name);
          if (typeof call !== 'function') return call;
          return (...args: unknown[]): unknown =>
            current.getStore()
              ? outside(async () => Reflect.apply(call, target, args))
              : Reflect.apply(call, target, args);
        },
      }),
    async connected(open) {
      const life = current.getStore();
      const exec = await outside(async () => {
        const opened = await open();
        life?.connections.push(opened);
        return opened;
      });
      return {
        ...exec,
        write: (line) => void (life?.dead || exec.write(line)),
        readLine: (timeoutMs) => outside(() => exec.readLine(timeoutMs)),
      };
    },
    async liveFor(calls, work) {
      const life = newLife(calls);
      const attempt = current.run(life, work).then(() => 'alive' as const);
      attempt.catch(() => undefined);
      const outcome = await Promise.race([attempt, life.death]);
      life.settle();
      return outcome === 'alive';
    },
    async untilOneSurvives(work) {
      const dead: Life[] = [];
      let failures = 0;
      for (let lastCall = 1; ;) {
        const life = newLife(lastCall);
        const attempt = current.run(life, work).then(
          (value) => ({ value }),
          (error: unknown) => ({ error }),
        );
        const outcome = await Promise.race([attempt, life.death]);
        if (outcome === 'dead') {
          dead.push(life);
          deaths += 1;
          lastCall += 1;
          failures = 0;
          continue;
        }
        if ('error' in outcome && isHealing(outcome.error) && (failures += 1) < attemptsAtHealing) continue;
        for (const { settle } of dead) settle();
        if ('error' in outcome) throw outcome.error;
        return outcome.value;
      }
    },
    deaths: () => deaths,
  };
};

/** Whether the same is run again: by Temporal, or by the plan after a hand-over was called off. */
export const isHealing = (error: unknown): boolean => {
  // Of what an operation does around its steps, before it becomes a failure.
  if (error instanceof PgrowError) return budgetAround(error.code, '') > 0;
  return (
    error instanceof ApplicationFailure &&
    (!error.nonRetryable || error.type === 'handed_back' || error.type === 'called_off')
  );
};

const newLife = (lastCall: number): Life => {
  const death = Promise.withResolvers<'dead'>();
  const neverSettles = Promise.withResolvers<never>();
  neverSettles.promise.catch(() => undefined);
  const life: Life = {
    calls: 0,
    lastCall,
    dead: false,
    die() {
      life.dead = true;
      for (const { close } of life.connections) close();
      death.resolve('dead');
    },
    death: death.promise,
    neverSettles: neverSettles.promise,
    settle: () => neverSettles.reject(new CancelledFailure('it died')),
    connections: [],
  };
  return life;
};
