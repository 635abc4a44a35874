import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { PgrowError } from '../domain/errors.ts';
import { requireTokens } from './auth.ts';
import type { ApiDependencies } from './dependencies.ts';
import { answerProblems } from './problem.ts';
import { controlPlaneRoutes } from './rest/control-plane.ts';
import { changeRoutes } from './rest/changes.ts';
import { doctorRoutes } from './rest/doctor.ts';
import { historyRoutes } from './rest/history.ts';
import { logsRoutes } from './rest/logs.ts';
import { passwordRoutes } from './rest/password.ts';
import { progressRoutes } from './rest/progress.ts';
import { rollbackRoutes } from './rest/rollback.ts';
import { serviceRoutes } from './rest/services.ts';
import { signalRoutes } from './rest/signals.ts';
import { snapshotRoutes } from './rest/snapshots.ts';
import { topologyRoutes } from './rest/topology.ts';

export interface ApiOptions extends ApiDependencies {
  readonly logger?: FastifyBaseLogger;
}

/** Bytes. Every body there is fits many times. */
const bodyLimit = 64 * 1024;

const parseJson = (body: string): unknown => {
  if (body.trim() === '') return undefined;
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new PgrowError(
      'malformed_request',
      `The body is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

/** The REST API, ready to listen. */
export const createApi = async ({ logger, ...dependencies }: ApiOptions): Promise<FastifyInstance> => {
  const app: FastifyInstance = fastify({
    bodyLimit,
    forceCloseConnections: 'idle',
    ...(logger ? { loggerInstance: logger } : { logger: false }),
  });
  // Bodies are parsed by the domain's own rules, which name all problems at once; the schemas of routes are documentation.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, async (_: unknown, body: string) =>
    parseJson(body),
  );

  answerProblems(app);
  requireTokens(app, dependencies);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'pgrow', version: '1', description: 'Grows PostgreSQL databases, step by step and back.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
  await app.register(async (routes) => {
    serviceRoutes(routes, dependencies);
    changeRoutes(routes, dependencies);
    rollbackRoutes(routes, dependencies);
    signalRoutes(routes, dependencies);
    passwordRoutes(routes, dependencies);
    topologyRoutes(routes, dependencies);
    historyRoutes(routes, dependencies);
    snapshotRoutes(routes, dependencies);
    logsRoutes(routes, dependencies);
    progressRoutes(routes, dependencies);
    controlPlaneRoutes(routes, dependencies);
    doctorRoutes(routes, dependencies);
    routes.get('/openapi.json', { config: { public: true }, schema: { hide: true } }, async () => app.swagger());
  });
  return app;
};
