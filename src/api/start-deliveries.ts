import type { FastifyRequest } from 'fastify';
import { messageOf } from '../domain/errors.ts';
import type { ApiDependencies } from './dependencies.ts';

/** Begins to send at once what a person has asked for. Where Temporal does not answer, the monitor begins later. */
export const startDeliveries = async (
  { store, client }: Pick<ApiDependencies, 'store' | 'client'>,
  request: FastifyRequest,
  ids: readonly string[],
): Promise<void> => {
  try {
    for (const id of ids) {
      const delivery = await store.readStartable(id);
      if (!delivery) continue;
      await client.deliver(delivery);
      await store.deliveryStarted(delivery);
    }
  } catch (error) {
    request.log.warn({ error: messageOf(error) }, 'delivery not started yet');
  }
};
