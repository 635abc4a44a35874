import { messageOf } from '../domain/errors.ts';
import type { HandOver } from '../domain/operation.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import type { ActionStep } from './step-activity.ts';

type Mark = 'stopped_ms' | 'proven_ms' | 'promoted_ms' | 'routed_ms' | 'probed_ms' | 'resumed_ms';

/** Times of a hand-over, from the moment on at which clients wait. */
export interface HandOverClock {
  /** Clients wait from now on. */
  start(): void;
  mark(moment: Mark): void;
  /** Milliseconds since it was made, or started. */
  elapsed(): number;
  /** Clients that wait on each pooler: what is being asked meanwhile. */
  count(waiting: Promise<HandOver['poolers']>): void;
  /** Null of one that was not started: clients have waited since an attempt before. */
  read(): Promise<HandOver | null>;
}

export const createHandOverClock = (): HandOverClock => {
  let began = performance.now();
  let held_at: string | null = null;
  let poolers: Promise<HandOver['poolers']> = Promise.resolve([]);
  const marks: Record<Mark, number | null> = {
    stopped_ms: null,
    proven_ms: null,
    promoted_ms: null,
    routed_ms: null,
    probed_ms: null,
    resumed_ms: null,
  };
  const elapsed = (): number => performance.now() - began;
  return {
    start() {
      began = performance.now();
      held_at = new Date().toISOString();
    },
    mark: (moment) => void (marks[moment] = Math.round(elapsed() * 10) / 10),
    elapsed,
    count: (waiting) => void (poolers = waiting),
    read: async () => (held_at === null ? null : { held_at, ...marks, poolers: await poolers }),
  };
};

/** What was measured is worth no failure: clients are served again. */
export const recordHandOver = async (
  { store, log }: Pick<Dependencies, 'store' | 'log'>,
  { operation }: Pick<ActionStep, 'operation'>,
  hand_over: HandOver | null,
): Promise<void> => {
  if (!hand_over) return;
  await store
    .recordHandOver({ operation, hand_over })
    .catch((error: unknown) => log.warn({ operation, error: messageOf(error) }, 'hand-over not recorded'));
};
