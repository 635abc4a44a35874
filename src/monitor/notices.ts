import type { PgrowClient } from '../client/client.ts';
import { messageOf } from '../domain/errors.ts';
import { atIntervals } from './at-intervals.ts';
import type { MonitorDependencies } from './dependencies.ts';

type NoticeDependencies = Pick<MonitorDependencies, 'store' | 'log'> & {
  readonly client: Pick<PgrowClient, 'deliver'>;
};

const lookEveryMs = 2000;

/**
 * Notifies channels of what has happened. Operations and failovers only record: that no channel was notified yet is itself on
 * record, so nothing is lost when a process dies in between, and nothing waits for a receiver.
 */
export const sendNotices = (dependencies: NoticeDependencies, signal: AbortSignal): Promise<void> =>
  atIntervals({
    whenItFails: 'notifications not sent',
    everyMs: lookEveryMs,
    log: dependencies.log,
    signal,
    once: () => sendNoticesOnce(dependencies),
  });

export const sendNoticesOnce = async ({ store, client, log }: NoticeDependencies): Promise<void> => {
  await store.collectNotices();
  for (const delivery of await store.listUnstarted()) {
    try {
      await client.deliver(delivery);
      await store.deliveryStarted(delivery);
    } catch (error) {
      log.warn({ error: messageOf(error), delivery: delivery.delivery }, 'delivery not started');
    }
  }
  await store.buryLost();
};
