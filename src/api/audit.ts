import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { PgrowError } from '../domain/errors.ts';
import { refusedAction, type AuditEntry } from '../store/audit.ts';
import { callerOf } from './auth.ts';
import type { ApiDependencies } from './dependencies.ts';
import { isDryRun } from './query-parameters.ts';
import { shortened } from './shortened.ts';

/** Of every entry that a request makes: who asks, with which token, in which request. */
export type AskedBy = Required<Pick<AuditEntry, 'actor' | 'token_id' | 'request_id'>>;

export const askedBy = (request: FastifyRequest): AskedBy => {
  const { actor, token_id } = callerOf(request);
  return { actor, token_id, request_id: request.id };
};

/** Refusals that are in the audit already, with more than is known where they arrive. */
const noted = new WeakSet<Error>();

/** The caller has the answer: what was refused at once is no operation that waits. */
export const noteRefusal = async (
  { store }: Pick<ApiDependencies, 'store'>,
  entry: AuditEntry,
  error: unknown,
): Promise<void> => {
  // Of a call that failed it is not known whether it was heard.
  if (!(error instanceof PgrowError) || error.code === 'temporal_unavailable' || error.code === 'internal') return;
  noted.add(error);
  await store.recordAudit({ ...entry, action: refusedAction, details: { ...entry.details, code: error.code } });
};

/**
 * Records each change that is refused, before its caller has the answer. A dry run asks for no change; what of GraphQL is one, its
 * route knows.
 */
export const auditRefusals = (app: FastifyInstance, { store }: Pick<ApiDependencies, 'store'>): void => {
  app.addHook('onError', async (request, _reply, error) => {
    const { identity, method } = request;
    if (method === 'GET' || !identity || request.routeOptions.url === '/graphql' || isRehearsal(request)) return;
    const { projectId, serviceId } = request.params as { projectId?: string; serviceId?: string };
    await recordRefused({ store, log: request.log }, error, {
      askedBy: askedBy(request),
      project: projectId ?? identity.project,
      request: `${method} ${request.url.split('?', 1)[0]}`,
      ...(serviceId !== undefined && { database: serviceId }),
    });
  });
};

interface Refused {
  readonly askedBy: AskedBy;
  readonly project: string;
  /** What was asked, in words that show nothing of its contents. */
  readonly request: string;
  /** Name or id. */
  readonly database?: string;
}

/** Unless the refusal is in the audit already, or the request failed for another reason. */
export const recordRefused = async (
  { store, log }: Pick<ApiDependencies, 'store'> & { readonly log: Pick<FastifyBaseLogger, 'error'> },
  error: unknown,
  { askedBy: by, project, request, database }: Refused,
): Promise<void> => {
  if (!(error instanceof PgrowError) || error.status >= 500 || noted.has(error)) return;
  // Those would come by the thousand.
  if (error.code === 'too_many') return;
  // Not the message: it may show what was sent.
  const details = { request, code: error.code, ...(database !== undefined && { database: shortened(database) }) };
  await store
    .recordAudit({ ...by, project, service_id: null, action: refusedAction, details })
    .catch((failure: unknown) => log.error({ err: failure }, 'a refusal is not in the audit'));
};

const isRehearsal = (request: FastifyRequest): boolean => {
  // Other routes have no dry run, whatever they are asked for.
  if (request.routeOptions.config.plansFor === undefined) return false;
  try {
    return isDryRun(request);
  } catch {
    return false;
  }
};
