import type { FastifyRequest } from 'fastify';
import type { Database } from '../domain/database.ts';
import { askedBy } from './audit.ts';
import { callerOf, requireRole } from './auth.ts';
import type { ApiDependencies } from './dependencies.ts';
import { isSet } from './query-parameters.ts';

/** `?reveal=true`: with the values that applications store. @throws PgrowError `forbidden` for viewers */
export const wantsValues = (request: FastifyRequest): boolean => {
  if (!isSet(request, 'reveal')) return false;
  requireRole(callerOf(request), 'operator');
  return true;
};

/** Before they are shown. */
export const noteRevealed = (
  { store }: Pick<ApiDependencies, 'store'>,
  request: FastifyRequest,
  { id, name, project }: Database,
  action: 'query_log_revealed' | 'statements_revealed' | 'connection_strings_revealed',
): Promise<void> =>
  store.recordAudit({ ...askedBy(request), project, service_id: id, action, details: { database: name } });

export const revealRule = {
  type: 'boolean',
  description: 'With the values in statements: needs the role operator, and is recorded in the audit. Default false.',
} as const;
