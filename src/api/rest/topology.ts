import type { FastifyInstance } from 'fastify';
import { costOf } from '../../domain/cost.ts';
import type { Database } from '../../domain/database.ts';
import { connectionStrings, routesOnTheWay } from '../../domain/endpoints.ts';
import { healthDocument, statusDocument, topologyDocument } from '../../domain/status.ts';
import { callerOf, includes } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { findDatabase, serviceParams } from '../lookup.ts';

/** What a database is and how it does, at this moment. */
export const topologyRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store, readLive } = dependencies;
  const postgres = '/v1/projects/:projectId/services/:serviceId/postgres';
  const route = (summary: string) => ({ config: { role: 'viewer' as const }, schema: { tags: ['state'], summary } });

  app.get(`${postgres}/topology`, route('Stage, endpoints, replicas and leader'), async (request) => {
    const database = await findDatabase(dependencies, serviceParams(request));
    return topologyDocument(database, await readLive(database));
  });

  app.get(`${postgres}/health`, route('Members with role, state and lag'), async (request) => {
    const database = await findDatabase(dependencies, serviceParams(request));
    return healthDocument(database, await readLive(database));
  });

  app.get(
    `${postgres}/status`,
    route('Topology, health, nodes, running operation, open checkpoint'),
    async (request) => {
      const database = await findDatabase(dependencies, serviceParams(request));
      const [live, operation, checkpoint] = await Promise.all([
        readLive(database),
        store.readRunningOperation(database.id),
        store.readOpenCheckpoint(database.id),
      ]);
      return statusDocument({ database, live, operation, checkpoint });
    },
  );

  app.get(`${postgres}/cost`, route('Estimated cost per month'), async (request) =>
    costOf((await findDatabase(dependencies, serviceParams(request))).topology),
  );

  app.get(
    `${postgres}/connection-strings`,
    route('Where clients connect; with password for operators'),
    async (request) => {
      const database = await findDatabase(dependencies, serviceParams(request));
      const routes = await readRoutes(database);
      if (!includes(callerOf(request).role, 'operator')) return connectionStrings(database, null, routes);
      const { application } = await store.readSecrets(database.id);
      return connectionStrings(database, application ?? null, routes);
    },
  );

  /** A cut-over may wait for hours: what is ready beside it can be used meanwhile. */
  const readRoutes = async (database: Database) => {
    const running = await store.readRunningOperation(database.id);
    const plan = running && (await store.readPlan(running.id));
    return (plan && routesOnTheWay(plan, running.steps)) ?? undefined;
  };
};
