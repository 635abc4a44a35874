import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PgrowError } from '../domain/errors.ts';
import { refusedAction, type AuditEntry } from '../store/audit.ts';
import { callerOf } from './auth.ts';
import type { ApiDependencies } from './dependencies.ts';
import { isDryRun } from './query-parameters.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its refusal is in the audit already, with more than is known here. */
    refusalNoted: boolean;
  }
}

/** Of every entry that a request makes: who asks, with which token, in which request. */
export const askedBy = (request: FastifyRequest): Pick<AuditEntry, 'actor' | 'token_id' | 'request_id'> => {
  const { actor, token_id } = callerOf(request);
  return { actor, token_id, request_id: request.id };
};

/** Records each change that is refused, before its caller has the answer. A dry run asks for no change. */
export const auditRefusals = (app: FastifyInstance, { store }: Pick<ApiDependencies, 'store'>): void => {
  app.decorateRequest('refusalNoted', false);
  app.addHook('onError', async (request, _reply, error) => {
    const { identity, method, refusalNoted } = request;
    if (method === 'GET' || !identity || refusalNoted || isRehearsal(request)) return;
    if (!(error instanceof PgrowError) || error.status >= 500) return;
    const { projectId } = request.params as { projectId?: string };
    const path = request.url.split('?', 1)[0];
    await store
      .recordAudit({
        ...askedBy(request),
        project: projectId ?? identity.project,
        service_id: null,
        action: refusedAction,
        // Not the message: it may show what was sent.
        details: { request: `${method} ${path}`, code: error.code, ...databaseOf(request) },
      })
      .catch((failure: unknown) => request.log.error({ err: failure }, 'a refusal is not in the audit'));
  });
};

const isRehearsal = (request: FastifyRequest): boolean => {
  try {
    return isDryRun(request);
  } catch {
    return false;
  }
};

const databaseOf = (request: FastifyRequest): { readonly database?: string } => {
  const { serviceId } = request.params as { serviceId?: string };
  return serviceId === undefined ? {} : { database: serviceId };
};
