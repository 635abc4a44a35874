import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PgrowError } from '../domain/errors.ts';
import type { Identity } from '../store/access.ts';
import { roles, type Role } from '../store/tables.ts';
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

/** Bearer tokens (RFC 6750): who calls, for which project, as what. */
export const requireTokens = (app: FastifyInstance, { store }: Pick<ApiDependencies, 'store'>): void => {
  app.decorateRequest('identity', null);
  // One who forgets to say who may call a route must not open it to all.
  app.addHook('onRoute', ({ url, config }) => {
    if ((config?.role === undefined) !== (config?.public === true))
      throw new Error(`${url} must either name the role that may call it or be public`);
  });
  app.addHook('onRequest', async (request) => {
    const { role } = request.routeOptions.config;
    // Public, or no route at all.
    if (role === undefined) return;
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const identity = token === undefined ? null : await store.authenticate(token);
    if (!identity) {
      throw new PgrowError('unauthorized', 'This needs a valid token. Send it as "Authorization: Bearer TOKEN".');
    }
    request.identity = identity;
    refuseOtherProject(identity, request);
    if (!includes(identity.role, role)) {
      throw new PgrowError(
        'forbidden',
        `This needs the role ${role}; the token's is ${identity.role}. Use another token.`,
      );
    }
  });
};

/** Who calls. Only on routes that ask for a role. */
export const callerOf = (request: FastifyRequest): Identity => {
  if (!request.identity)
    throw new Error(`${request.routeOptions.url ?? 'the route'} requires no role, so the caller is unknown`);
  return request.identity;
};

export const includes = (held: Role, needed: Role): boolean => roles.indexOf(held) >= roles.indexOf(needed);

const refuseOtherProject = (identity: Identity, request: FastifyRequest): void => {
  const { projectId } = request.params as { projectId?: string };
  if (projectId === undefined || identity.project === '*' || identity.project === projectId) return;
  throw new PgrowError(
    'forbidden',
    `The token is for project ${identity.project}, not for ${projectId}. Use another token.`,
  );
};

/** For what concerns the control plane as a whole. @throws PgrowError `forbidden` */
export const requireAllProjects = (request: FastifyRequest): void => {
  const { project } = callerOf(request);
  if (project === '*') return;
  throw new PgrowError('forbidden', `The token is for project ${project}; this concerns all. Use another token.`);
};
