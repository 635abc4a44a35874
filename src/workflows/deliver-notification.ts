import { isCancellation, sleep } from '@temporalio/workflow';
import { pauseAfter } from '../domain/notifications/attempts.ts';
import type { AttemptOutcome, DeliverNotification, DeliveryAttempt } from '../domain/notifications/deliveries.ts';
import { attemptDelivery } from './activities.ts';

/** Sends one message to one channel, again and again over a day, until it is delivered or given up. */
export const deliverNotification = async ({ delivery, round, attempts }: DeliverNotification): Promise<void> => {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const { over, pause } = await tryOnce({ delivery, round, attempt, last: attempt === attempts });
    if (over) return;
    await sleep(pause * 1000, { summary: 'until the next attempt' });
  }
};

/** The metadata may be away for longer than an activity is tried: that is one attempt which came to nothing. */
const tryOnce = async (attempt: DeliveryAttempt): Promise<AttemptOutcome> => {
  try {
    return await attemptDelivery(attempt);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { over: attempt.last, pause: pauseAfter(attempt.attempt, null) };
  }
};
