import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth.ts';
import type { Database } from '../../domain/database.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** The control plane as a whole. */
export const controlPlaneRoutes = (
  app: FastifyInstance,
  { store, client, readLive, addresses }: ApiDependencies,
): void => {
  /** A node that cannot be asked must not hide the other databases. */
  const healthOf = async (database: Database) => {
    try {
      return (await readLive(database)).health;
    } catch (error) {
      app.log.warn({ err: error, database: database.name }, 'cannot read the state of the nodes');
      return 'unknown';
    }
  };

  app.get(
    '/v1/status',
    { config: { role: 'viewer' }, schema: { tags: ['control plane'], summary: 'Addresses and all databases' } },
    async (request) => {
      const { project } = callerOf(request);
      const databases = await store.listDatabases(project === '*' ? {} : { project });
      return {
        ...addresses,
        databases: await Promise.all(
          databases.map(async (database) => {
            const [health, operation] = await Promise.all([
              healthOf(database),
              store.readRunningOperation(database.id),
            ]);
            return {
              name: database.name,
              id: database.id,
              project: database.project,
              stage: database.topology.stage,
              health,
              operation,
            };
          }),
        ),
      };
    },
  );

  app.get(
    '/healthz',
    { config: { public: true }, schema: { tags: ['control plane'], summary: 'Whether the API can do its work' } },
    async () => {
      await Promise.all([store.ping(), client.ping()]);
      return { status: 'ok' };
    },
  );
};
