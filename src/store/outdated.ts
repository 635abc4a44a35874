import { sql } from 'kysely';
import type { OlderNodes } from '../domain/outdated.ts';
import type { Queries } from './connection.ts';

export interface OutdatedStore {
  /** Databases of one project or of all, or one of them, by name; from what was seen of them last, in one query. */
  listOlderNodes(filter: { readonly project?: string; readonly id?: string }): Promise<readonly OlderNodes[]>;
}

type Row = Omit<OlderNodes, 'observed_at'> & { readonly seen_at: Date | null };

export const outdatedStore = (queries: Queries): OutdatedStore => ({
  async listOlderNodes({ project, id }) {
    const { rows } = await sql<Row>`
      SELECT services.id, services.project, services.name, observed.seen_at,
             coalesce(seen.complete, FALSE) AS complete, coalesce(seen.nodes, '[]') AS nodes
        FROM services
        LEFT JOIN observed ON observed.service_id = services.id
        LEFT JOIN LATERAL (
             SELECT bool_and(node #> '{facts,image}' IS NOT NULL) AS complete,
                    jsonb_agg(jsonb_build_object('name', node -> 'name', 'kind', node -> 'kind',
                      'container', node -> 'container', 'image', node #> '{facts,image}'))
                      FILTER (WHERE node #>> '{facts,image,newest}' = 'false') AS nodes
               FROM jsonb_array_elements(observed.live -> 'nodes') AS node) AS seen ON TRUE
       WHERE services.kind = 'database' AND services.deleted_at IS NULL
         AND ${project === undefined ? sql`TRUE` : sql`services.project = ${project}`}
         AND ${id === undefined ? sql`TRUE` : sql`services.id = ${id}`}
       ORDER BY services.name, services.project`.execute(queries);
    return rows.map(({ seen_at, ...row }) => ({ ...row, observed_at: seen_at?.toISOString() ?? null }));
  },
});
