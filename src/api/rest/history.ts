import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { operationStatuses, operationTypes } from '../../domain/operation.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { checkpointsAnswer, eventsAnswer, operationsAnswer } from '../documents/history.ts';
import { operation } from '../documents/operation.ts';
import { findDatabase, findOperation, findOperations, operationParams, serviceParams } from '../lookup.ts';
import { newestFirst, pagesOf } from '../pages.ts';
import { choicesRule, readChoices } from '../query-parameters.ts';

const operationPages = pagesOf('operations', newestFirst(z.guid()), { usual: 100, most: 1000 });
const checkpointPages = pagesOf('checkpoints', newestFirst(z.guid()), { usual: 1000, most: 1000 });
const eventPages = pagesOf('events', newestFirst(z.guid()), { usual: 100, most: 1000 });

/** What was done to a database and what happened to it. */
export const historyRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store } = dependencies;
  const postgres = '/v1/projects/:projectId/services/:serviceId/postgres';
  const route = (summary: string, answer: z.ZodType, query: object = {}) => ({
    config: { role: 'viewer' as const, polled: true as const, answers: { 200: answer } },
    schema: { tags: ['history'], summary, querystring: { type: 'object', properties: query } },
  });

  app.get(
    `${postgres}/operations`,
    route('Operations, newest first, also of a database that no longer exists', operationsAnswer, {
      ...operationPages.rules,
      type: choicesRule(operationTypes, 'Only of these types, separated by commas.'),
      status: choicesRule(operationStatuses, 'Only with one of these statuses, separated by commas.'),
    }),
    async (request) => {
      const { entries, next } = await findOperations(dependencies, serviceParams(request), {
        types: readChoices(request, 'type', operationTypes),
        statuses: readChoices(request, 'status', operationStatuses),
        ...operationPages.read(request),
      });
      return { operations: entries, next_cursor: operationPages.cursor(next) };
    },
  );

  app.get(`${postgres}/operations/:operationId`, route('One operation with its steps', operation), (request) =>
    findOperation(dependencies, operationParams(request)),
  );

  app.get(
    `${postgres}/checkpoints`,
    route('Checkpoints, newest first', checkpointsAnswer, checkpointPages.rules),
    async (request) => {
      const { id } = await findDatabase(dependencies, serviceParams(request));
      const { entries, next } = await store.pageCheckpoints(id, checkpointPages.read(request));
      return { checkpoints: entries, next_cursor: checkpointPages.cursor(next) };
    },
  );

  app.get(`${postgres}/events`, route('Events, newest first', eventsAnswer, eventPages.rules), async (request) => {
    const page = eventPages.read(request);
    const { id } = await findDatabase(dependencies, serviceParams(request));
    const { entries, next } = await store.pageEvents(id, page);
    return { events: entries, next_cursor: eventPages.cursor(next) };
  });
};
