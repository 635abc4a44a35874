import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PgrowError } from '../domain/errors.ts';
import { allProjects, includes, type Role } from '../domain/tokens.ts';
import type { Identity } from '../store/tokens.ts';
import type { ApiDependencies } from './dependencies.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The least role that may call the route. A route has either this or `public`. */
    readonly role?: Role;
    /** Everybody may call it, without a token. */
    readonly public?: true;
  }
  interface FastifyRequest {
    identity: Identity | null;
  }
}

/** Of the pages that show the OpenAPI document. Static, and without a secret. */
export const docsPath = '/docs';

/** Requests in a minute. */
export interface RequestLimits {
  readonly mostOfToken: number;
  /** Without a valid token. */
  readonly mostRefusedOfAddress: number;
}

/** Many times what a console or a careful script sends. */
const usualRequests: RequestLimits = { mostOfToken: 1200, mostRefusedOfAddress: 60 };

/** Bearer tokens (RFC 6750): who calls, for which project, as what, and not too often. */
export const requireTokens = async (
  app: FastifyInstance,
  { store }: Pick<ApiDependencies, 'store'>,
  { mostOfToken, mostRefusedOfAddress }: RequestLimits = usualRequests,
): Promise<void> => {
  await app.register(rateLimit, { global: false });
  app.decorateRequest('identity', null);
  const ofToken = limitOf(app, mostOfToken, (request) => request.identity?.token_id ?? request.ip);
  const ofAddress = limitOf(app, mostRefusedOfAddress, ({ ip }) => ip);
  // One who forgets to say who may call a route must not open it to all.
  app.addHook('onRoute', ({ url, config }) => {
    if (url.startsWith(docsPath)) return;
    if ((config?.role === undefined) !== (config?.public === true))
      throw new Error(`${url} must either name the role that may call it or be public`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const { role } = request.routeOptions.config;
    // Public, or no route at all.
    if (role === undefined) return;
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const identity = token === undefined ? null : await store.authenticate(token);
    if (!identity) {
      await ofAddress(request, reply);
      throw new PgrowError('unauthorized', 'This needs a valid token. Send it as "Authorization: Bearer TOKEN".');
    }
    if (identity.expired)
      throw new PgrowError(
        'unauthorized',
        `The token ${identity.actor} expired at ${identity.expires_at}. Ask an admin for another.`,
      );
    request.identity = identity;
    await ofToken(request, reply);
    const { projectId } = request.params as { projectId?: string };
    if (projectId !== undefined) requireProject(identity, projectId);
    requireRole(identity, role);
  });
};

/** @throws PgrowError `too_many`, with the time to wait in `Retry-After` */
const limitOf = (app: FastifyInstance, max: number, keyGenerator: (request: FastifyRequest) => string) => {
  const check = app.createRateLimit({ max, timeWindow: '1 minute', keyGenerator });
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const limit = await check(request);
    if (limit.isAllowed || !limit.isExceeded) return;
    void reply.header('retry-after', limit.ttlInSeconds);
    throw new PgrowError(
      'too_many',
      `More than ${max} requests came in a minute. Wait ${limit.ttlInSeconds} s, and send fewer.`,
    );
  };
};

/** Who calls. Only on routes that ask for a role. */
export const callerOf = (request: FastifyRequest): Identity => {
  if (!request.identity)
    throw new Error(`${request.routeOptions.url ?? 'the route'} requires no role, so the caller is unknown`);
  return request.identity;
};

/** @throws PgrowError `forbidden` */
export const requireRole = ({ role: held }: Identity, needed: Role): void => {
  if (includes(held, needed)) return;
  throw new PgrowError('forbidden', `This needs the role ${needed}; the token's is ${held}. Use another token.`);
};

/** @throws PgrowError `forbidden` */
export const requireProject = ({ project }: Identity, projectId: string): void => {
  if (project === allProjects || project === projectId) return;
  throw new PgrowError('forbidden', `The token is for project ${project}, not for ${projectId}. Use another token.`);
};

/** For what concerns the control plane as a whole. @throws PgrowError `forbidden` */
export const requireAllProjects = (request: FastifyRequest): void => {
  const { project } = callerOf(request);
  if (project === allProjects) return;
  throw new PgrowError('forbidden', `The token is for project ${project}; this concerns all. Use another token.`);
};
