import type { FastifyInstance } from 'fastify';
import type { ApiDependencies } from '../dependencies.ts';
import { authorityAnswer } from '../documents/state.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { readAuthority } from '../read-authority.ts';

export const authorityRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  app.get(
    '/v1/projects/:projectId/services/:serviceId/postgres/ca',
    {
      config: { role: 'viewer', answers: { 200: authorityAnswer } },
      schema: {
        tags: ['state'],
        summary: 'Certificate of the authority that clients verify the database by',
        description: 'The `sslrootcert` of libpq, for `sslmode=verify-full`.',
      },
    },
    async (request) => readAuthority(dependencies, await findDatabase(dependencies, serviceParams(request))),
  );
};
