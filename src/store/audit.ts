import { sql } from 'kysely';
import { operationTypes, type OperationType } from '../domain/operation.ts';
import type { Queries } from './connection.ts';
import { isUuid } from './service-id.ts';

export interface AuditStore {
  recordAudit(entry: AuditEntry): Promise<void>;
  /** The last request for an operation that was not refused at once, by the operation's id or by the database's name or id. */
  findAcceptedRequest(
    /** Null for any. */
    project: string | null,
    by: { readonly operation: string } | { readonly database: string },
  ): Promise<AcceptedRequest | null>;
  /** Newest first. */
  listAudit(wanted: AuditQuery): Promise<readonly RecordedAudit[]>;
}

export interface AuditQuery {
  /** By default, of all projects and of the control plane itself. */
  readonly project?: string;
  /** Name or service id; also of a database that no longer exists. */
  readonly database?: string;
  /** Only entries older than the one with this id. */
  readonly before?: string;
  readonly limit: number;
}

/** Action of an entry beside that of a request for an operation, which was answered with a refusal. */
export const refusedAction = 'refused';

export interface AuditEntry {
  readonly actor: string;
  readonly project: string;
  readonly service_id: string | null;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** UUID of the token that the request came with. */
  readonly token_id?: string | null;
  readonly request_id?: string | null;
}

export interface RecordedAudit extends AuditEntry {
  /** Ascending. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface AcceptedRequest {
  readonly operation_id: string;
  readonly service_id: string;
  readonly actor: string;
  readonly type: OperationType;
  /** Name. */
  readonly database: string;
}

export const auditStore = (queries: Queries): AuditStore => ({
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
    if (project !== null) query = query.where('project', '=', project);
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

  async listAudit({ project, database, before, limit }) {
    let query = queries
      .selectFrom('audit')
      .select(['id', 'at', 'actor', 'project', 'service_id', 'action', 'details', 'token_id', 'request_id']);
    if (project !== undefined) query = query.where('project', '=', project);
    if (before !== undefined) query = query.where('id', '<', before);
    if (database !== undefined) {
      // A name may have belonged to several databases; entries before a database was registered carry only its name.
      query = query.where((is) =>
        is.or([
          is(sql<string>`audit.details ->> 'database'`, '=', database),
          is('service_id', 'in', is.selectFrom('services').select('services.id').where('services.name', '=', database)),
          ...(isUuid(database) ? [is('service_id', '=', database)] : []),
        ]),
      );
    }
    const rows = await query.orderBy('id', 'desc').limit(limit).execute();
    return rows.map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() }));
  },
});
