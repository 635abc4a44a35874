import { expect, test } from 'vitest';
import type { StartableDelivery } from '../domain/notifications/deliveries.ts';
import { sendNoticesOnce } from './notices.ts';

const startable = (delivery: string): StartableDelivery => ({
  delivery,
  round: 1,
  attempts: 10,
  summary: 'failover to ops',
  database: 'shop',
});

test('a delivery that cannot be started is left for the next look, and keeps none of the others waiting', async () => {
  const started: string[] = [];
  const warned: unknown[] = [];
  const unstarted = new Set(['d-1', 'd-2', 'd-3']);
  let away = true;
  const look = () =>
    sendNoticesOnce({
      store: {
        collectNotices: async () => undefined,
        listUnstarted: async () => [...unstarted].map(startable),
        deliveryStarted: async ({ delivery }: StartableDelivery) => void unstarted.delete(delivery),
        buryLost: async () => undefined,
      } as never,
      client: {
        async deliver({ delivery }) {
          if (away && delivery === 'd-2') throw new Error('Temporal does not answer');
          started.push(delivery);
        },
      },
      log: { info: () => undefined, warn: (fields) => void warned.push(fields) },
    });
  await look();
  expect(started).toEqual(['d-1', 'd-3']);
  expect(warned).toEqual([{ error: 'Temporal does not answer', delivery: 'd-2' }]);
  away = false;
  await look();
  expect(started).toEqual(['d-1', 'd-3', 'd-2']);
});
