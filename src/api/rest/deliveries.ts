import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PgrowError } from '../../domain/errors.ts';
import { deliveryStates, type DeliveryDocument } from '../../domain/notifications/deliveries.ts';
import { askedBy } from '../audit.ts';
import { callerOf } from '../auth.ts';
import { includesProject } from '../channels.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { deliveriesAnswer, deliveryAnswer } from '../documents/notifications.ts';
import { newestFirst, pagesOf } from '../pages.ts';
import { choicesRule, readChoices } from '../query-parameters.ts';
import { startDeliveries } from '../start-deliveries.ts';

const pages = pagesOf('deliveries', newestFirst(z.guid()), { usual: 100, most: 1000 });

/** What was sent, and what was given up. */
export const deliveryRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store } = dependencies;
  const tags = ['notifications'];
  const path = '/v1/notifications/deliveries';

  app.get(
    path,
    {
      config: { role: 'operator', answers: { 200: deliveriesAnswer } },
      schema: {
        tags,
        summary: 'Messages, newest first',
        querystring: deliveryRules,
      },
    },
    async (request) => {
      const { project } = callerOf(request);
      const states = readChoices(request, 'state', deliveryStates);
      const { entries, next } = await store.pageDeliveries({ project, ...(states && { states }) }, pages.read(request));
      return { deliveries: entries, next_cursor: pages.cursor(next) };
    },
  );

  app.get(
    `${path}/:deliveryId`,
    {
      config: { role: 'operator', answers: { 200: deliveryAnswer } },
      schema: { tags, summary: 'One message' },
    },
    (request) => findOwn(request),
  );

  app.post(
    `${path}/:deliveryId/redeliver`,
    {
      config: { role: 'admin', answers: { 202: deliveryAnswer } },
      schema: { tags, summary: 'Send a message again that was delivered or given up' },
    },
    async (request, reply) => {
      const { id, project, channel, state } = await findOwn(request);
      if (state === 'pending') throw stillSent(id);
      const details = { delivery: id, name: channel.name };
      await store.recordAudit({ ...askedBy(request), project, service_id: null, action: 'redeliver', details });
      const begun = await store.redeliver(id);
      if (!begun) throw stillSent(id);
      await startDeliveries(dependencies, request, [id]);
      void reply.code(202);
      return begun;
    },
  );

  const findOwn = async (request: FastifyRequest): Promise<DeliveryDocument> => {
    const { deliveryId } = request.params as { deliveryId: string };
    const found = await store.findDelivery(deliveryId);
    if (found && includesProject(callerOf(request).project, found.project)) return found;
    throw new PgrowError('not_found', `There is no message ${deliveryId}. Look: ./pgrow notifications deliveries`);
  };
};

const stillSent = (id: string) =>
  new PgrowError('refused', `Message ${id} is still being sent. Look: ./pgrow notifications deliveries`);

const deliveryRules = {
  type: 'object',
  properties: { state: choicesRule(deliveryStates, 'Only those in one of these states.'), ...pages.rules },
} as const;
