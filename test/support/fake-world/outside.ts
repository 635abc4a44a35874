import { AsyncLocalStorage } from 'node:async_hooks';
import { PgrowError } from '../../../src/domain/errors.ts';
import { withinLimit, type CallLimits } from '../../../src/platform/call-limits.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import { isHealing, type Lives } from './crash-injection.ts';

/** Whom the activities ask. */
export const peers = [
  'the engine',
  'a command',
  'the metadata',
  'PostgreSQL',
  'Patroni',
  'TLS',
  'etcd',
  'HAProxy',
  'PgBouncer',
] as const;
export type Peer = (typeof peers)[number];

/** Whether a call that is never answered had its effect. */
export type Effect = 'without effect' | 'with its effect';

/** The ways to the outside: on each a worker may die, and a call may never be answered. */
export interface Outside {
  /** One call. */
  call<T>(peer: Peer, call: () => Promise<T>): Promise<T>;
  /** The same object, with all its methods such calls. */
  of<T extends object>(peer: Peer, calls: T): T;
  /** The same for a command that stays connected, which ends with whoever has opened it. */
  connect(open: Platform['execInteractive']): Platform['execInteractive'];
  /** The engine's own limits, but that a call that hangs has reached its own at once. */
  readonly limits: CallLimits;
  /**
   * Has work done again and again, each time with one call later never answered, until none is left that could hang. What
   * the caller of a hung call meets is what its limit makes of it.
   */
  untilAllHaveHung<T>(effect: Effect, work: () => Promise<T>): Promise<T>;
  /** Of whom a call has hung so far. */
  readonly hung: ReadonlySet<Peer>;
}

interface Attempt {
  readonly effect: Effect;
  /** The call that hangs, counted from 1. */
  readonly nth: number;
  calls: number;
}

const never = new Promise<never>(() => undefined);
/** Milliseconds; the first is that of a call that hangs, for which no one needs to wait. */
const limitMs = { hung: 1, answered: 60_000 } as const;

export const createOutside = (lives: Lives): Outside => {
  const current = new AsyncLocalStorage<Attempt>();
  const hung = new Set<Peer>();

  const call: Outside['call'] = async (peer, ask) => {
    const attempt = current.getStore();
    if (attempt) attempt.calls += 1;
    if (!attempt || attempt.calls !== attempt.nth) return lives.outside(ask);
    hung.add(peer);
    if (attempt.effect === 'with its effect') await ask().catch(() => undefined);
    if (peer === 'the engine') return never;
    throw limitPassed(peer);
  };

  const limits = (): number => {
    const attempt = current.getStore();
    return attempt && attempt.calls + 1 === attempt.nth ? limitMs.hung : limitMs.answered;
  };

  return {
    call,
    of: (peer, calls) =>
      new Proxy(lives.killable(calls), {
        get(target, name) {
          const method: unknown = Reflect.get(target, name);
          // To let go of a connection asks no one anything.
          if (typeof method !== 'function' || name === 'close' || name === 'end') return method;
          const ask = (...args: unknown[]): unknown => Reflect.apply(method, target, args);
          return (...args: unknown[]): unknown =>
            current.getStore() ? call(peer, async () => ask(...args)) : ask(...args);
        },
      }),
    connect: (open) => async (name, command) => {
      const opening = () => lives.connected(() => open(name, command));
      if (!current.getStore()) return opening();
      const exec = await withinLimit(`run ${command[0]}`, limits(), () => call('the engine', opening));
      return { ...exec, readLine: (timeoutMs) => call('a command', () => exec.readLine(timeoutMs)) };
    },
    limits,
    async untilAllHaveHung(effect, work) {
      for (let nth = 1; ; nth += 1) {
        const attempt: Attempt = { effect, nth, calls: 0 };
        try {
          const result = await current.run(attempt, work);
          if (attempt.calls < nth) return result;
        } catch (error) {
          if (attempt.calls < nth || !isHealing(error)) throw error;
        }
      }
    },
    hung,
  };
};

/** As the real clients give up (`src/components/silent-peers.test.ts`, `src/store/connection.test.ts`). */
const limitPassed = (peer: Exclude<Peer, 'the engine'>): PgrowError => {
  if (peer === 'the metadata') return new PgrowError('metadata_unavailable', 'The metadata database does not answer.');
  if (peer === 'a command') return new PgrowError('not_ready', 'It printed no line within its time.');
  return new PgrowError('no_answer', `${peer} does not answer: its time is over.`);
};
