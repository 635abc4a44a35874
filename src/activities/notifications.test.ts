import { expect, test } from 'vitest';
import { PgrowError, type ErrorCode } from '../domain/errors.ts';
import type { AttemptRecord } from '../store/deliveries.ts';
import { notificationActivities } from './notifications.ts';

/** An attempt where what it needs cannot be read. */
const attempt = async (code: ErrorCode, message: string) => {
  const recorded: AttemptRecord[] = [];
  const { attemptDelivery } = notificationActivities({
    store: {
      async readDue() {
        throw new PgrowError(code, message);
      },
      recordAttempt: async (record: AttemptRecord) => void recorded.push(record),
    } as never,
    log: { info: () => undefined, warn: () => undefined },
  });
  const outcome = await attemptDelivery({ delivery: 'd-1', round: 1, attempt: 1, last: false }).catch(
    (error: unknown) => error,
  );
  return { outcome, recorded };
};

// Each attempt failed for a reason that was nowhere to be seen, and days later the message was given up for another.
test('a message whose secret does not open is given up at once, and says why', async () => {
  const message = 'Secret c-1/url cannot be decrypted with this key.';
  expect(await attempt('needs_operator', message)).toEqual({
    outcome: { over: true, pause: 0 },
    recorded: [{ delivery: 'd-1', round: 1, attempt: 1, state: 'dead', error: message, pause: null }],
  });
});

test('a message is not given up because the metadata are away', async () => {
  const { outcome, recorded } = await attempt('metadata_unavailable', 'The metadata database does not answer.');
  expect(outcome).toMatchObject({ code: 'metadata_unavailable' });
  expect(recorded).toEqual([]);
});
