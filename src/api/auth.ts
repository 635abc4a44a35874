import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PgrowError } from '../domain/errors.ts';
import { allProjects, includes, type Role } from '../domain/tokens.ts';
import type { Identity } from '../store/tokens.ts';
import type { ApiDependencies } from './dependencies.ts';
import { identify } from './identify.ts';
import { isDryRun } from './query-parameters.ts';
import { requireSameOrigin } from './same-origin.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The least role that may call the route. A route has either this or `public`. */
    readonly role?: Role;
    /** The least role that may ask for a dry run of it: the answer says what would happen, and nothing is touched. Absent: it has none. */
    readonly plansFor?: Role;
    /** Everybody may call it, without a token. */
    readonly public?: true;
    /** It leads to a session. There are few of these, so that nothing is found by trying. */
    readonly signsIn?: true;
  }
  interface FastifyRequest {
    identity: Identity | null;
  }
}

/** Of the pages that show the OpenAPI document. Static, and without a secret. */
export const docsPath = '/docs';

/** Requests in a minute. */
export interface RequestLimits {
  /** Or of one browser. */
  readonly mostOfToken: number;
  /** Without a valid token or session. */
  readonly mostRefusedOfAddress: number;
  /** Links and sessions that an address asks for. */
  readonly mostSignIns: number;
}

/** Many times what a console or a careful script sends. */
const usualRequests: RequestLimits = { mostOfToken: 1200, mostRefusedOfAddress: 60, mostSignIns: 10 };

/** Who calls, for which project, as what, and not too often. */
export const requireTokens = async (
  app: FastifyInstance,
  dependencies: Pick<ApiDependencies, 'store' | 'home'>,
  limits: Partial<RequestLimits> = {},
): Promise<void> => {
  await app.register(rateLimit, { global: false });
  app.decorateRequest('identity', null);
  const { mostOfToken, mostRefusedOfAddress, mostSignIns } = { ...usualRequests, ...limits };
  const ofToken = limitOf(app, mostOfToken, ({ identity, ip }) => (identity ? keyOf(identity) : ip));
  const ofAddress = limitOf(app, mostRefusedOfAddress, ({ ip }) => ip);
  const ofSignIns = limitOf(app, mostSignIns, ({ ip }) => ip);
  // One who forgets to say who may call a route must not open it to all.
  app.addHook('onRoute', ({ url, config }) => {
    if (url.startsWith(docsPath)) return;
    if ((config?.role === undefined) !== (config?.public === true))
      throw new Error(`${url} must either name the role that may call it or be public`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const { role, plansFor, signsIn } = request.routeOptions.config;
    // Public, or no route at all.
    if (role === undefined) {
      if (!signsIn) return;
      // Before it is counted: another page could use up what its browser's address gets.
      requireSameOrigin(request);
      return ofSignIns(request, reply);
    }
    const identity = await identify(dependencies, request).catch(async (error: unknown) => {
      await ofAddress(request, reply);
      throw error;
    });
    request.identity = identity;
    if (signsIn) await ofSignIns(request, reply);
    await ofToken(request, reply);
    const { projectId } = request.params as { projectId?: string };
    if (projectId !== undefined) requireProject(identity, projectId);
    requireRole(identity, plansFor && isDryRun(request) ? plansFor : role);
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

/** By what limits are counted: each browser by itself. */
export const keyOf = ({ session, token_id }: Identity): string => session?.id ?? token_id;

/** @throws PgrowError `forbidden` */
export const requireRole = ({ role: held, session }: Identity, needed: Role): void => {
  if (includes(held, needed)) return;
  const [subject, next] = session ? ['session', 'Sign in with another role'] : ['token', 'Use another token'];
  throw new PgrowError('forbidden', `This needs the role ${needed}; the ${subject}'s is ${held}. ${next}.`);
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
