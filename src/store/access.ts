import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { operationTypes, type OperationType } from '../domain/operation.ts';
import type { Queries } from './connection.ts';
import { isUuid } from './service-id.ts';
import type { Role } from './tables.ts';

export interface AccessStore {
  /** Makes the token valid; one that is known already takes the new project, role and actor. */
  ensureToken(token: NewToken): Promise<void>;
  authenticate(token: string): Promise<Identity | null>;
  recordAudit(entry: AuditEntry): Promise<void>;
  /** The last request for an operation that was not refused at once, by the operation's id or by the database's name or id. */
  findAcceptedRequest(
    project: string,
    by: { readonly operation: string } | { readonly database: string },
  ): Promise<AcceptedRequest | null>;
  /** Newest first. */
  listAudit(project: string, limit: number): Promise<readonly (AuditEntry & { readonly at: string })[]>;
}

export interface NewToken {
  /** In clear; only its hash is kept. At least 32 random characters: the hash is a plain SHA-256. */
  readonly token: string;
  /** `*` for all. */
  readonly project: string;
  readonly role: Role;
  /** Who acts with it, for the audit. Default: the role. */
  readonly actor?: string;
}

export interface Identity {
  readonly actor: string;
  readonly project: string;
  readonly role: Role;
}

/** Action of an entry beside that of a request for an operation, which was answered with a refusal. */
export const refusedAction = 'refused';

export interface AuditEntry {
  readonly actor: string;
  readonly project: string;
  readonly service_id: string | null;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AcceptedRequest {
  readonly operation_id: string;
  readonly service_id: string;
  readonly actor: string;
  readonly type: OperationType;
  /** Name. */
  readonly database: string;
}

export const accessStore = (queries: Queries): AccessStore => ({
  async ensureToken({ token, project, role, actor = role }) {
    const grant = { project, role, actor };
    await queries
      .insertInto('tokens')
      .values({ hash: hashOf(token), ...grant })
      .onConflict((conflict) => conflict.column('hash').doUpdateSet(grant))
      .execute();
  },

  async authenticate(token) {
    const identity = await queries
      .selectFrom('tokens')
      .select(['actor', 'project', 'role'])
      .where('hash', '=', hashOf(token))
      .executeTakeFirst();
    return identity ?? null;
  },

  async recordAudit({ details, ...entry }) {
    await queries
      .insertInto('audit')
      .values({ ...entry, details: JSON.stringify(details) })
      .execute();
  },

  async findAcceptedRequest(project, by) {
    const named = sql<string | null>`audit.details ->> 'database'`;
    const id = sql<string | null>`audit.details ->> 'operation_id'`;
    let query = queries
      .selectFrom('audit')
      .select(['service_id', 'actor', 'action', named.as('database'), id.as('operation_id')])
      .where('project', '=', project)
      .where('action', 'in', [...operationTypes])
      .where('service_id', 'is not', null)
      .where(id, 'is not', null)
      // The same key asks for the same operation again after a refusal.
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('audit as refusal')
              .select('refusal.id')
              .where('refusal.service_id', '=', sql.ref<string>('audit.service_id'))
              .where('refusal.action', '=', refusedAction)
              .where(sql`refusal.details ->> 'operation_id'`, '=', id)
              .where('refusal.id', '>', sql.ref<string>('audit.id')),
          ),
        ),
      );
    query =
      'operation' in by
        ? query.where(id, '=', by.operation)
        : isUuid(by.database)
          ? query.where('service_id', '=', by.database)
          : query.where(named, '=', by.database);
    const row = await query.orderBy('id', 'desc').executeTakeFirst();
    if (!row?.service_id || !row.operation_id) return null;
    const { service_id, operation_id, actor, database } = row;
    return { operation_id, service_id, actor, type: row.action as OperationType, database: database ?? '' };
  },

  async listAudit(project, limit) {
    const rows = await queries
      .selectFrom('audit')
      .select(['actor', 'project', 'service_id', 'action', 'details', 'at'])
      .where('project', '=', project)
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() }));
  },
});

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
