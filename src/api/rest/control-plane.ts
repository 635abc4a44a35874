import type { FastifyInstance } from 'fastify';
import { heldNotices } from '../../domain/held-records.ts';
import { allProjects } from '../../domain/tokens.ts';
import { callerOf, requireAllProjects } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { aliveAnswer, workersAnswer } from '../documents/control-plane.ts';
import { fleetAnswer } from '../documents/state.ts';
import { readHealths } from '../seen.ts';

/** The control plane as a whole. */
export const controlPlaneRoutes = (
  app: FastifyInstance,
  { store, client, readLive, readWorkers, addresses }: ApiDependencies,
): void => {
  app.get(
    '/v1/status',
    {
      config: { role: 'viewer', polled: true, answers: { 200: fleetAnswer } },
      schema: { tags: ['control plane'], summary: 'Addresses and all databases' },
    },
    async (request) => {
      const { project } = callerOf(request);
      const filter = project === allProjects ? {} : { project };
      const [databases, running] = await Promise.all([
        store.listDatabases(filter),
        store.listRunningOperations(filter),
      ]);
      const healths = await readHealths({ store, readLive, log: app.log }, databases, running, filter);
      const operations = new Map(running.map((operation) => [operation.service_id, operation]));
      return {
        ...addresses,
        databases: databases.map(({ id, name, project: of, topology: { stage }, held }) => ({
          name,
          id,
          project: of,
          stage,
          ...healths.get(id)!,
          ...(held && { notice: heldNotices(name, held)[0] ?? null }),
          operation: operations.get(id) ?? null,
        })),
      };
    },
  );

  app.get(
    '/v1/workers',
    {
      config: { role: 'viewer', answers: { 200: workersAnswer } },
      schema: { tags: ['control plane'], summary: 'Versions of the worker, the operations under each, and who polls' },
    },
    async (request) => {
      requireAllProjects(request);
      return readWorkers();
    },
  );

  app.get(
    '/healthz',
    {
      config: { public: true, answers: { 200: aliveAnswer } },
      schema: { tags: ['control plane'], summary: 'Whether the API can do its work', security: [] },
    },
    async () => {
      await Promise.all([store.ping(), client.ping()]);
      return { status: 'ok' };
    },
  );
};
