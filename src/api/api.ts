import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { PgrowError } from '../domain/errors.ts';
import { collectAnswers, withAnswers } from './answers.ts';
import { auditRefusals } from './audit.ts';
import { docsPath, requireTokens, type RequestLimits } from './auth.ts';
import { checkHost } from './check-host.ts';
import { serveConsole, type ConsoleFolder } from './console.ts';
import type { ApiDependencies } from './dependencies.ts';
import { tagAnswers } from './entity-tags.ts';
import { graphqlRoutes } from './graphql/route.ts';
import { letGoOfConnections } from './let-go-of-connections.ts';
import { answerProblems } from './problem.ts';
import { refuseDryRuns } from './refuse-dry-runs.ts';
import { adviceRoutes } from './rest/advice.ts';
import { announcementRoutes } from './rest/announcements.ts';
import { auditRoutes } from './rest/audit.ts';
import { controlPlaneRoutes } from './rest/control-plane.ts';
import { changeRoutes } from './rest/changes.ts';
import { databaseRoutes } from './rest/databases.ts';
import { doctorRoutes } from './rest/doctor.ts';
import { historyRoutes } from './rest/history.ts';
import { ladderRoutes } from './rest/ladder.ts';
import { logsRoutes } from './rest/logs.ts';
import { metricsRoutes } from './rest/metrics.ts';
import { notificationRoutes } from './rest/notifications.ts';
import { outdatedRoutes } from './rest/outdated.ts';
import { deliveryRoutes } from './rest/deliveries.ts';
import { authorityRoutes } from './rest/authority.ts';
import { passwordRoutes } from './rest/password.ts';
import { progressRoutes } from './rest/progress.ts';
import { queryLogRoutes } from './rest/query-log.ts';
import { rollbackRoutes } from './rest/rollback.ts';
import { serviceRoutes } from './rest/services.ts';
import { releaseRoutes } from './rest/release.ts';
import { signalRoutes } from './rest/signals.ts';
import { snapshotRoutes } from './rest/snapshots.ts';
import { settingsRoutes } from './rest/settings.ts';
import { statementsRoutes } from './rest/statements.ts';
import { streamRoutes } from './rest/stream.ts';
import { sessionRoutes } from './rest/sessions.ts';
import { tokenRoutes } from './rest/tokens.ts';
import { topologyRoutes } from './rest/topology.ts';
import { watchTokens } from './stream/valid-tokens.ts';

export interface ApiOptions extends ApiDependencies {
  readonly requests?: Partial<RequestLimits>;
  /** Null where there is none. */
  readonly console: ConsoleFolder | null;
  readonly logger?: FastifyBaseLogger;
}

/** Bytes. Every body there is fits many times. */
const bodyLimit = 64 * 1024;

/** Until a request has come in completely. */
const requestTimeoutMs = 30_000;

/** The caller's own, so that a request can be followed through several programs; a new one otherwise. */
const requestIdOf = (given: string | readonly string[] | undefined): string =>
  typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();

/** No text in PostgreSQL can have it, so neither can a name or an id. */
const nulInJson = '\\u0000';
const withNul = new PgrowError('malformed_request', 'The request contains the character NUL, which no value may have.');

const parseJson = (body: string): unknown => {
  if (body.trim() === '') return undefined;
  if (body.includes(nulInJson)) throw withNul;
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new PgrowError(
      'malformed_request',
      `The body is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

/** Answers may hold passwords, and are nothing but what they say they are. */
const safeHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** The REST API, ready to listen. */
export const createApi = async ({
  logger,
  requests,
  console,
  ...dependencies
}: ApiOptions): Promise<FastifyInstance> => {
  const app: FastifyInstance = fastify({
    bodyLimit,
    forceCloseConnections: 'idle',
    requestTimeout: requestTimeoutMs,
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    ...(logger ? { loggerInstance: logger } : { logger: false }),
  });
  // Bodies are parsed by the domain's own rules, which name all problems at once; the schemas of routes are documentation.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  // Another page can have a browser send text, but not JSON.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, async (_: unknown, body: string) =>
    parseJson(body),
  );

  answerProblems(app);
  app.addHook(
    'onRequest',
    async (request, reply) => void reply.headers({ ...safeHeaders, 'x-request-id': request.id }),
  );
  app.addHook('onRequest', async ({ url }) => {
    if (url.includes('%00')) throw withNul;
  });
  letGoOfConnections(app);
  checkHost(app, dependencies);
  serveConsole(app, console);
  await requireTokens(app, dependencies, requests);
  refuseDryRuns(app);
  auditRefusals(app, dependencies);
  collectAnswers(app);
  tagAnswers(app);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'pgrow',
        version: '1',
        description: 'Grows PostgreSQL databases, step by step and back.',
        license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'This control plane' }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
  // Its schemas are made from those of the domain, which takes a while, and it never changes.
  let document: Record<string, unknown> | undefined;
  const openApi = () => (document ??= withAnswers(app.swagger(), app.documentedRoutes));
  await app.register(swaggerUi, {
    routePrefix: docsPath,
    staticCSP: true,
    theme: { title: 'pgrow API', css: [{ filename: 'plain.css', content: '.topbar { display: none }' }] },
    transformSpecification: () => openApi(),
    transformSpecificationClone: false,
  });
  await app.register(async (routes) => {
    const streaming = { ...dependencies, tokens: watchTokens(dependencies.store) };
    serviceRoutes(routes, dependencies);
    changeRoutes(routes, dependencies);
    rollbackRoutes(routes, dependencies);
    signalRoutes(routes, dependencies);
    releaseRoutes(routes, dependencies);
    authorityRoutes(routes, dependencies);
    passwordRoutes(routes, dependencies);
    topologyRoutes(routes, dependencies);
    ladderRoutes(routes, dependencies);
    historyRoutes(routes, dependencies);
    metricsRoutes(routes, dependencies);
    adviceRoutes(routes, dependencies);
    queryLogRoutes(routes, dependencies);
    settingsRoutes(routes, dependencies);
    statementsRoutes(routes, dependencies);
    snapshotRoutes(routes, dependencies);
    logsRoutes(routes, streaming);
    progressRoutes(routes, streaming);
    controlPlaneRoutes(routes, dependencies);
    outdatedRoutes(routes, dependencies);
    databaseRoutes(routes, dependencies);
    doctorRoutes(routes, dependencies);
    streamRoutes(routes, streaming);
    tokenRoutes(routes, dependencies);
    sessionRoutes(routes, dependencies);
    auditRoutes(routes, dependencies);
    notificationRoutes(routes, dependencies);
    deliveryRoutes(routes, dependencies);
    announcementRoutes(routes, dependencies);
    graphqlRoutes(routes, streaming);
    routes.get('/openapi.json', { config: { public: true }, schema: { hide: true } }, async () => openApi());
  });
  return app;
};
