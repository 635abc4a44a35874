import { ApplicationFailure, Context } from '@temporalio/activity';
import type { ErrorCode } from '../domain/errors.ts';

/** Messages that one worker sends at once. What watches databases shares its places with them. */
const mostAtOnce = 40;
/** To one channel: a receiver that hangs must not keep the others waiting. */
const mostToOne = 8;

/** Seconds until Temporal tries again; that is no attempt of the delivery. A long queue asks less and less often. */
const soonest = 5;
const latest = 120;

export interface LimitSends {
  /** For before anything is read. @throws ApplicationFailure that is tried again, where no place is free */
  refuseBusy(): void;
  /** Runs `send`, unless too many run already. @throws ApplicationFailure that is tried again */
  send<T>(channel: string, send: () => Promise<T>): Promise<T>;
}

/** `asked`: how often the running activity has been begun, counted from 1. */
export const limitSends = (total = mostAtOnce, each = mostToOne, asked = attemptOfActivity): LimitSends => {
  const running = new Map<string, number>();
  let all = 0;
  const count = (channel: string, change: 1 | -1) => {
    all += change;
    const left = (running.get(channel) ?? 0) + change;
    if (left === 0) running.delete(channel);
    else running.set(channel, left);
  };
  return {
    refuseBusy() {
      if (all >= total) throw tooMany(asked());
    },
    async send(channel, send) {
      if (all >= total || (running.get(channel) ?? 0) >= each) throw tooMany(asked());
      count(channel, 1);
      try {
        return await send();
      } finally {
        count(channel, -1);
      }
    },
  };
};

const tooMany = (asked: number): ApplicationFailure =>
  ApplicationFailure.create({
    type: 'too_many' satisfies ErrorCode,
    message: 'Other messages are being sent. This one waits for its turn.',
    nextRetryDelay: `${Math.min(latest, soonest * 2 ** Math.min(asked - 1, 10))} seconds`,
  });

/** How often Temporal has begun the running activity; 1 outside of one. */
const attemptOfActivity = (): number => {
  try {
    return Context.current().info.attempt;
  } catch {
    return 1;
  }
};
