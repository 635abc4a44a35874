import { expect, test } from 'vitest';
import type { StartableDelivery } from '../domain/notifications/deliveries.ts';
import { buryLostOnce, sendNoticesOnce } from './notices.ts';

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
      } as never,
      client: {
        async deliver({ delivery }) {
          if (away && delivery === 'd-2') throw new Error('Temporal does not answer');
          started.push(delivery);
        },
        hasDeliveryEnded: async () => false,
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

// One row that could not be made into a notice stopped all that had been made before.
test('what is on its way is started also where no notices can be made', async () => {
  const started: string[] = [];
  await sendNoticesOnce({
    store: {
      async collectNotices() {
        throw new Error('a row of another version');
      },
      listUnstarted: async () => [startable('d-1')],
      deliveryStarted: async () => undefined,
    } as never,
    client: { deliver: async ({ delivery }) => void started.push(delivery), hasDeliveryEnded: async () => false },
    log: { info: () => undefined, warn: () => undefined },
  });
  expect(started).toEqual(['d-1']);
});

// Nine pauses of eight hours, and each weekend with the machine off, ended deliveries whose workflows went on.
test('a silent delivery is given up only where Temporal says that its workflow has ended', async () => {
  const buried: string[] = [];
  const ends: Readonly<Record<string, () => boolean>> = {
    waits: () => false,
    ended: () => true,
    unknown() {
      throw new Error('Temporal does not answer');
    },
  };
  const look = (deliveries: readonly string[]) =>
    buryLostOnce({
      store: {
        listSilent: async () => deliveries.map((delivery) => ({ delivery, round: 1 })),
        buryLost: async ({ delivery }) => void buried.push(delivery),
      },
      client: { hasDeliveryEnded: async ({ delivery }) => ends[delivery]!() },
      log: { info: () => undefined, warn: () => undefined },
    });
  await look(['waits', 'ended']);
  expect(buried).toEqual(['ended']);
  await expect(look(['unknown', 'ended'])).rejects.toThrow('Temporal does not answer');
  expect(buried).toEqual(['ended']);
});
