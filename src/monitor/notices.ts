import type { PgrowClient } from '../client/client.ts';
import { messageOf } from '../domain/errors.ts';
import { atIntervals } from './at-intervals.ts';
import type { MonitorDependencies } from './dependencies.ts';

type NoticeDependencies = Pick<MonitorDependencies, 'store' | 'log'> & {
  readonly client: Pick<PgrowClient, 'deliver' | 'hasDeliveryEnded'>;
};

const lookEveryMs = 2000;
const buryEveryMs = 60_000;

/**
 * Notifies channels of what has happened. Operations and failovers only record: that no channel was notified yet is itself on
 * record, so nothing is lost when a process dies in between, and nothing waits for a receiver.
 */
export const sendNotices = async (dependencies: NoticeDependencies, signal: AbortSignal): Promise<void> => {
  const { log } = dependencies;
  await Promise.all([
    atIntervals({
      whenItFails: 'notifications not sent',
      everyMs: lookEveryMs,
      log,
      signal,
      once: () => sendNoticesOnce(dependencies),
    }),
    atIntervals({
      whenItFails: 'lost deliveries not given up',
      everyMs: buryEveryMs,
      log,
      signal,
      once: () => buryLostOnce(dependencies),
    }),
  ]);
};

export const sendNoticesOnce = async ({ store, client, log }: NoticeDependencies): Promise<void> => {
  await store
    .collectNotices(({ error, ...subject }) => log.warn({ error: messageOf(error), ...subject }, 'no notice made'))
    .catch((error: unknown) => log.warn({ error: messageOf(error) }, 'no notices made'));
  for (const delivery of await store.listUnstarted()) {
    try {
      await client.deliver(delivery);
      await store.deliveryStarted(delivery);
    } catch (error) {
      log.warn({ error: messageOf(error), delivery: delivery.delivery }, 'delivery not started');
    }
  }
};

/** Where Temporal does not answer, that ends this look: what may be alive is not given up. */
export const buryLostOnce = async ({
  store,
  client,
  log,
}: Pick<NoticeDependencies, 'log'> & {
  readonly store: Pick<NoticeDependencies['store'], 'listSilent' | 'buryLost'>;
  readonly client: Pick<PgrowClient, 'hasDeliveryEnded'>;
}): Promise<void> => {
  for (const silent of await store.listSilent()) {
    if (!(await client.hasDeliveryEnded(silent))) continue;
    await store.buryLost(silent);
    log.warn({ delivery: silent.delivery }, 'delivery lost: its workflow has ended');
  }
};
