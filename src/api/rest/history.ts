import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { checkpointsAnswer, eventsAnswer, operationsAnswer } from '../documents/history.ts';
import { operation } from '../documents/operation.ts';
import { findDatabase, findOperation, findOperations, operationParams, serviceParams } from '../lookup.ts';
import { readLimit } from '../query-parameters.ts';

/** What was done to a database and what happened to it. */
export const historyRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store } = dependencies;
  const postgres = '/v1/projects/:projectId/services/:serviceId/postgres';
  const route = (summary: string, answer: z.ZodType) => ({
    config: { role: 'viewer' as const, answers: { 200: answer } },
    schema: { tags: ['history'], summary },
  });

  app.get(
    `${postgres}/operations`,
    route('Operations, newest first, also of a database that no longer exists', operationsAnswer),
    async (request) => {
      return { operations: await findOperations(dependencies, serviceParams(request)) };
    },
  );

  app.get(`${postgres}/operations/:operationId`, route('One operation with its steps', operation), (request) =>
    findOperation(dependencies, operationParams(request)),
  );

  app.get(`${postgres}/checkpoints`, route('Checkpoints, newest first', checkpointsAnswer), async (request) => {
    const { id } = await findDatabase(dependencies, serviceParams(request));
    return { checkpoints: await store.listCheckpoints(id) };
  });

  app.get(`${postgres}/events`, route('Events, newest first', eventsAnswer), async (request) => {
    const limit = readLimit(request, { usual: 100, most: 1000 });
    const { id } = await findDatabase(dependencies, serviceParams(request));
    return { events: await store.listEvents(id, limit) };
  });
};
