import { sql, type SelectQueryBuilder } from 'kysely';
import type { Database } from '../domain/database.ts';
import type { Checkpoint, OperationDocument, OperationStatus, OperationType } from '../domain/operation.ts';
import type { RestoredDatabase, Snapshot } from '../domain/snapshot.ts';
import { allProjects, type TokenDocument } from '../domain/tokens.ts';
import { toCheckpoint } from './checkpoints.ts';
import type { Queries } from './connection.ts';
import { readDatabases } from './read-databases.ts';
import { toEvent, type Event } from './events.ts';
import { readDocuments } from './operation-documents.ts';
import { isUuid } from './service-id.ts';
import { toSnapshot } from './snapshots.ts';
import { selectTokens, toTokenDocument } from './tokens.ts';

/** Lists page by page. A page begins after a position and not at a number, so what is added meanwhile moves nothing. */
export interface ListStore {
  /** Of a database, or of all that have or had this name or id in a project. Newest first. */
  pageOperations(wanted: OperationsWanted, page: PageWanted): Promise<Page<OperationDocument>>;
  /** Newest first, as are the next three. */
  pageCheckpoints(serviceId: string, page: PageWanted): Promise<Page<Checkpoint>>;
  pageEvents(serviceId: string, page: PageWanted): Promise<Page<Event>>;
  pageSnapshots(serviceId: string, page: PageWanted): Promise<Page<Snapshot>>;
  /** Databases of its project that began with one of its snapshots and are still there, the newest first. */
  listRestored(serviceId: string): Promise<readonly RestoredDatabase[]>;
  /** Of a project, or of all with `*`. */
  pageTokens(project: string, page: PageWanted): Promise<Page<TokenDocument>>;
  /** Of a project, by name. The position is the last name. */
  pageDatabases(project: string, page: PageWanted<string>): Promise<Page<Database, string>>;
}

/** Where a page has ended. */
export interface Position {
  /** ISO 8601 to the microsecond, or `infinity` for the beginning of what is newest first. */
  readonly at: string;
  readonly id: string;
}

export interface PageWanted<P = Position> {
  readonly limit: number;
  /** From the beginning where it is absent. */
  readonly after?: P | undefined;
}

export interface Page<E, P = Position> {
  readonly entries: readonly E[];
  /** Null at the end of the list. */
  readonly next: P | null;
}

export type OperationsWanted = (
  | { readonly service_id: string }
  | { readonly named: string; readonly project: string }
) & {
  /** Any where there are none. */
  readonly types?: readonly OperationType[];
  readonly statuses?: readonly OperationStatus[];
};

export const listStore = (queries: Queries): ListStore => ({
  async pageOperations(wanted, page) {
    const order = newestFirst('operations.started_at', 'operations.id');
    let query = queries
      .selectFrom('operations')
      .innerJoin('services', 'services.id', 'operations.service_id')
      .select(['operations.id', order.at]);
    if ('service_id' in wanted) query = query.where('operations.service_id', '=', wanted.service_id);
    else {
      query = query.where('services.project', '=', wanted.project);
      query = query.where(isUuid(wanted.named) ? 'services.id' : 'services.name', '=', wanted.named);
    }
    if (wanted.types) query = query.where('operations.type', 'in', [...wanted.types]);
    if (wanted.statuses) query = query.where('operations.status', 'in', [...wanted.statuses]);
    const { entries: ids, next } = await readPage(query, order, page, ({ id }) => id);
    if (ids.length === 0) return { entries: [], next };
    const documents = new Map((await readDocuments(queries, { ids, limit: null })).map((each) => [each.id, each]));
    return { entries: ids.flatMap((id) => documents.get(id) ?? []), next };
  },

  async pageCheckpoints(serviceId, page) {
    const order = newestFirst('timestamp', 'id');
    const query = queries.selectFrom('checkpoints').selectAll().select(order.at).where('service_id', '=', serviceId);
    return readPage(query, order, page, toCheckpoint);
  },

  async pageEvents(serviceId, page) {
    const order = newestFirst('event.created_at', 'event.id');
    const query = queries
      .selectFrom('postgres_expansion_events as event')
      .innerJoin('postgres_cluster_state as cluster', 'cluster.id', 'event.cluster_id')
      .select(['event.id', 'event_type', 'from_stage', 'to_stage', 'metadata', 'event.created_at', order.at])
      .where('cluster.service_id', '=', serviceId);
    return readPage(query, order, page, toEvent);
  },

  async pageSnapshots(serviceId, page) {
    const order = newestFirst('created_at', 'id');
    const query = queries.selectFrom('snapshots').selectAll().select(order.at).where('service_id', '=', serviceId);
    return readPage(query, order, page, toSnapshot);
  },

  async listRestored(serviceId) {
    const rows = await queries
      .selectFrom('services as restored')
      .innerJoin('services as source', 'source.project', 'restored.project')
      .select(['restored.id', 'restored.name', 'restored.created_at', 'restored.restored_from'])
      .where('source.id', '=', serviceId)
      .where('restored.deleted_at', 'is', null)
      .where(sql`restored.restored_from ->> 'service_id'`, '=', serviceId)
      .orderBy('restored.created_at', 'desc')
      .execute();
    return rows.flatMap(({ id, name, created_at, restored_from: from }) =>
      from
        ? [{ id, name, snapshot: from.snapshot, taken_at: from.taken_at, restored_at: created_at.toISOString() }]
        : [],
    );
  },

  async pageTokens(project, page) {
    const order = newestFirst('created_at', 'id');
    let query = selectTokens(queries).select(order.at);
    if (project !== allProjects) query = query.where('project', '=', project);
    return readPage(query, order, page, toTokenDocument);
  },

  async pageDatabases(project, { limit, after }) {
    const databases = await readDatabases(queries, { project, after, limit: limit + 1 });
    const entries = databases.slice(0, limit);
    return { entries, next: databases.length > limit ? (entries.at(-1)?.name ?? null) : null };
  },
});

/** Time and id: two entries of the same moment have an order too, so that none is left out between two pages. */
export const newestFirst = (time: string, id: string) => ({
  at: sql<string>`to_char(${sql.ref(time)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as('at'),
  by: sql`${sql.ref(time)} DESC, ${sql.ref(id)} DESC`,
  follows: (position: Position) =>
    sql<boolean>`(${sql.ref(time)}, ${sql.ref(id)}) < (${position.at}::timestamptz, ${position.id})`,
});

/** One more than wanted is asked for: it says whether anything follows. */
export const readPage = async <DB, TB extends keyof DB, R extends Position, E>(
  query: SelectQueryBuilder<DB, TB, R>,
  order: ReturnType<typeof newestFirst>,
  { limit, after }: PageWanted,
  shown: (row: R) => E,
): Promise<Page<E>> => {
  const rest = after ? query.where(order.follows(after)) : query;
  const rows: readonly R[] = await rest
    .orderBy(order.by)
    .limit(limit + 1)
    .execute();
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { entries: rows.slice(0, limit).map(shown), next: last ? { at: last.at, id: last.id } : null };
};
