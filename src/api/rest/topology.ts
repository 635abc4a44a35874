import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { costOf } from '../../domain/cost.ts';
import type { Database } from '../../domain/database.ts';
import { connectionStrings, routesOnTheWay } from '../../domain/endpoints.ts';
import { healthDocument, topologyDocument } from '../../domain/status.ts';
import { includes } from '../../domain/tokens.ts';
import { readApplicationPassword } from '../application-password.ts';
import { callerOf } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { cost } from '../documents/operation.ts';
import { connectionStringsAnswer, healthAnswer, statusAnswer, topologyAnswer } from '../documents/state.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { freshRules, isFresh, readText } from '../query-parameters.ts';
import { readStatus } from '../read-status.ts';
import { noteRevealed, wantsValues } from '../reveal.ts';
import { readSeen } from '../seen.ts';

/** What a database is and how it does, at this moment. */
export const topologyRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store } = dependencies;
  const postgres = '/v1/projects/:projectId/services/:serviceId/postgres';
  const route = (summary: string, answer: z.ZodType) => ({
    config: { role: 'viewer' as const, answers: { 200: answer } },
    schema: { tags: ['state'], summary },
  });
  const seenRoute = (summary: string, answer: z.ZodType) => ({
    config: { role: 'viewer' as const, polled: true as const, answers: { 200: answer } },
    schema: { tags: ['state'], summary, querystring: freshRules },
  });
  const see = (request: FastifyRequest, database: Database) =>
    readSeen(dependencies, database, { isFresh: isFresh(request) });

  app.get(
    `${postgres}/topology`,
    seenRoute('Stage, endpoints, replicas and leader', topologyAnswer),
    async (request) => {
      const database = await findDatabase(dependencies, serviceParams(request));
      return topologyDocument(database, (await see(request, database)).live);
    },
  );

  app.get(`${postgres}/health`, seenRoute('Members with role, state and lag', healthAnswer), async (request) => {
    const database = await findDatabase(dependencies, serviceParams(request));
    return healthDocument(database, await see(request, database));
  });

  app.get(
    `${postgres}/status`,
    seenRoute('Topology, health, nodes, running or unfinished operation, open checkpoint', statusAnswer),
    async (request) => {
      const database = await findDatabase(dependencies, serviceParams(request));
      return readStatus(dependencies, database, await see(request, database));
    },
  );

  app.get(`${postgres}/cost`, route('Estimated cost per month', cost), async (request) =>
    costOf((await findDatabase(dependencies, serviceParams(request))).topology, dependencies.prices),
  );

  app.get(
    `${postgres}/connection-strings`,
    {
      config: { role: 'viewer', answers: { 200: connectionStringsAnswer } },
      schema: {
        tags: ['state'],
        summary: 'Where clients connect; with password for operators',
        description: passwordRule,
        querystring: { type: 'object', properties: { reveal: { type: 'boolean', description: passwordRule } } },
      },
    },
    async (request) => {
      const isAsked = readText(request, 'reveal') === undefined ? null : wantsValues(request);
      const database = await findDatabase(dependencies, serviceParams(request));
      const routes = await readRoutes(database);
      const isShown = isAsked ?? includes(callerOf(request).role, 'operator');
      if (!isShown) return { ...connectionStrings(database, null, routes), revealed: false };
      if (isAsked) await noteRevealed(dependencies, request, database, 'connection_strings_revealed');
      const { password, answer } = await readApplicationPassword(dependencies, database);
      return { ...connectionStrings(database, password, routes), revealed: true, password: answer };
    },
  );

  /** A cut-over may wait for hours: what is ready beside it can be used meanwhile. */
  const readRoutes = async (database: Database) => {
    const running = await store.readRunningOperation(database.id);
    const plan = running && (await store.readPlan(running.id));
    return (plan && routesOnTheWay(plan, running.steps)) ?? undefined;
  };
};

/** Programs that ask as an operator without it have always been given the password, and go on to be. */
const passwordRule =
  '`reveal=false`: the strings have no password, which is what viewers are always given. `reveal=true`: they have it; that needs the ' +
  'role operator and is recorded in the audit. Without it operators are given the password, and nothing is recorded.';
