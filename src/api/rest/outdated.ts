import type { FastifyInstance } from 'fastify';
import { outdatedDocument } from '../../domain/outdated.ts';
import { allProjects } from '../../domain/tokens.ts';
import { callerOf } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { outdatedAnswer } from '../documents/outdated.ts';

/** `GET /v1/outdated`: which nodes have an older image than such nodes are made from now. */
export const outdatedRoutes = (app: FastifyInstance, { store }: ApiDependencies): void => {
  app.get(
    '/v1/outdated',
    {
      config: { role: 'viewer', polled: true, answers: { 200: outdatedAnswer } },
      schema: {
        tags: ['control plane'],
        summary: 'Nodes whose image is older than the one that such nodes are made from now',
        description: 'From what the monitor has seen last, without a question to any node or to the engine.',
      },
    },
    async (request) => {
      const { project } = callerOf(request);
      return outdatedDocument(await store.listOlderNodes(project === allProjects ? {} : { project }));
    },
  );
};
