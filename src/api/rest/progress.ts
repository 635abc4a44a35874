import type { FastifyInstance } from 'fastify';
import { eventStream } from '../answers.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { followOperation } from '../follow-operation.ts';
import { findOperation, operationParams } from '../lookup.ts';
import type { TokenWatch } from '../stream/valid-tokens.ts';
import { eventStreams } from './event-stream.ts';

/**
 * Server-sent events: `progress` with the operation's document whenever it has changed, `end` after the last. For a reader
 * that is slow, older documents are skipped.
 */
export const progressRoutes = (app: FastifyInstance, dependencies: ApiDependencies & TokenWatch): void => {
  const streams = eventStreams(app, dependencies.tokens);
  app.get(
    '/v1/projects/:projectId/services/:serviceId/postgres/operations/:operationId/progress',
    {
      exposeHeadRoute: false,
      config: { role: 'viewer', answers: { 200: eventStream } },
      schema: { tags: ['history'], summary: 'Progress as server-sent events' },
    },
    async (request, reply) => {
      const params = operationParams(request);
      const first = await findOperation(dependencies, params);
      const read = () => findOperation(dependencies, params);
      await streams.answer(request, reply, async ({ signal, send }) => {
        for await (const document of followOperation(first, read, signal)) {
          await send('progress', document);
          if (document.status !== 'running') await send('end', { status: document.status });
        }
      });
    },
  );
};
