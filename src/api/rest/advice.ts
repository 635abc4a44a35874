import type { FastifyInstance } from 'fastify';
import { adviceFor } from '../../domain/advice.ts';
import { trendMs } from '../../domain/advice-limits.ts';
import type { Database } from '../../domain/database.ts';
import { storageUse } from '../../domain/storage-use.ts';
import { PgrowError } from '../../domain/errors.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { adviceAnswer } from '../documents/numbers.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { readMeasured } from '../read-metrics.ts';

/** `GET …/postgres/advice`: what follows from the numbers. */
export const adviceRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store } = dependencies;
  app.get(
    '/v1/projects/:projectId/services/:serviceId/postgres/advice',
    {
      config: { role: 'viewer', answers: { 200: adviceAnswer } },
      schema: {
        tags: ['state'],
        summary: 'What would be better, with the numbers that say so',
        description:
          'From what was measured in the last quarter of an hour; nothing is advised by a single measurement. `request` is what would bring it ' +
          'about; ask for its plan first, with `?dry_run=true`.',
      },
    },
    async (request) => {
      const database = await findDatabase(dependencies, serviceParams(request));
      const { id, topology } = database;
      const now = Date.now();
      const [{ samples, says }, snapshots, older_images, [record], observed] = await Promise.all([
        readMeasured(dependencies, id, now - trendMs),
        store.listSnapshots(id),
        readOlder(dependencies, database),
        store.readFleet({ ids: [id] }),
        store.readObserved(id),
      ]);
      const exists_ms = record?.exists_ms ?? 0;
      const storage = storageUse(database, { nodes: observed?.live.nodes ?? [] });
      const situation = { topology, samples, snapshots, older_images, storage, exists_ms, now };
      return { advice: adviceFor(situation), says };
    },
  );
};

/** Who cannot look advises nothing about it. */
const readOlder = ({ readOlderImages }: Pick<ApiDependencies, 'readOlderImages'>, { id }: Database) =>
  readOlderImages(id).catch((error: unknown): readonly string[] => {
    if (error instanceof PgrowError) return [];
    throw error;
  });
