import { ApplicationFailure } from '@temporalio/activity';
import type { ErrorCode } from '../domain/errors.ts';

/** Messages that one worker sends at once. What watches databases shares its places with them. */
const mostAtOnce = 40;
/** To one channel: a receiver that hangs must not keep the others waiting. */
const mostToOne = 8;

/** When Temporal tries again; that is no attempt of the delivery. */
const later = '5 seconds';

/** Runs `send`, unless too many run already. @throws ApplicationFailure that is tried again */
export type LimitSends = <T>(channel: string, send: () => Promise<T>) => Promise<T>;

export const limitSends = (total = mostAtOnce, each = mostToOne): LimitSends => {
  const running = new Map<string, number>();
  let all = 0;
  const count = (channel: string, change: 1 | -1) => {
    all += change;
    const left = (running.get(channel) ?? 0) + change;
    if (left === 0) running.delete(channel);
    else running.set(channel, left);
  };
  return async (channel, send) => {
    if (all >= total || (running.get(channel) ?? 0) >= each)
      throw ApplicationFailure.create({
        type: 'too_many' satisfies ErrorCode,
        message: 'Other messages are being sent. This one waits for its turn.',
        nextRetryDelay: later,
      });
    count(channel, 1);
    try {
      return await send();
    } finally {
      count(channel, -1);
    }
  };
};
