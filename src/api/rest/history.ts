import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { activityKinds, severities } from '../../domain/activity.ts';
import { operationStatuses, operationTypes } from '../../domain/operation.ts';
import { includes } from '../../domain/tokens.ts';
import { callerOf } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { activityAnswer, checkpointsAnswer, eventsAnswer, operationsAnswer } from '../documents/history.ts';
import { operation } from '../documents/operation.ts';
import { findDatabase, findOperation, findOperations, operationParams, serviceParams } from '../lookup.ts';
import { newestFirst, pagesOf } from '../pages.ts';
import { choicesRule, readChoice, readChoices } from '../query-parameters.ts';

const operationPages = pagesOf('operations', newestFirst(z.guid()), { usual: 100, most: 1000 });
const checkpointPages = pagesOf('checkpoints', newestFirst(z.guid()), { usual: 1000, most: 1000 });
const activityPages = pagesOf('activity', newestFirst(z.string().max(300)), { usual: 100, most: 1000 });
const eventPages = pagesOf('events', newestFirst(z.guid()), { usual: 100, most: 1000 });

const views = ['full', 'summary'] as const;

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
      view: { type: 'string', enum: views, default: 'full', description: '`summary`: without the steps.' },
    }),
    async (request) => {
      const isShort = readChoice(request, 'view', views) === 'summary';
      const { entries, next } = await findOperations(dependencies, serviceParams(request), {
        types: readChoices(request, 'type', operationTypes),
        statuses: readChoices(request, 'status', operationStatuses),
        ...operationPages.read(request),
      });
      const operations = isShort ? entries.map((entry) => ({ ...entry, steps: [] })) : entries;
      return { operations, next_cursor: operationPages.cursor(next) };
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

  app.get(
    `${postgres}/activity`,
    route('Events, operations, rollback windows, snapshots and the audit in one list, newest first', activityAnswer, {
      ...activityPages.rules,
      kinds: choicesRule(
        activityKinds,
        'Only of these kinds, separated by commas. The audit is shown to administrators only, as by its own route.',
      ),
      severity: choicesRule(severities, 'Only of these severities, separated by commas.'),
    }),
    async (request) => {
      const page = activityPages.read(request);
      const kinds = readChoices(request, 'kinds', activityKinds) ?? activityKinds;
      const wanted = {
        kinds: includes(callerOf(request).role, 'admin') ? kinds : kinds.filter((kind) => kind !== 'audit'),
        severities: readChoices(request, 'severity', severities) ?? severities,
      };
      const { id } = await findDatabase(dependencies, serviceParams(request));
      const { entries, next } = await store.pageActivity(id, wanted, page);
      return { entries, next_cursor: activityPages.cursor(next) };
    },
  );

  app.get(`${postgres}/events`, route('Events, newest first', eventsAnswer, eventPages.rules), async (request) => {
    const page = eventPages.read(request);
    const { id } = await findDatabase(dependencies, serviceParams(request));
    const { entries, next } = await store.pageEvents(id, page);
    return { events: entries, next_cursor: eventPages.cursor(next) };
  });
};
