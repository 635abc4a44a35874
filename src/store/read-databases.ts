import { sql } from 'kysely';
import type { Database } from '../domain/database.ts';
import type { ServerSize } from '../domain/server-size.ts';
import type { Stage } from '../domain/stage.ts';
import type { Topology } from '../domain/topology.ts';
import type { Queries } from './connection.ts';
import { heldIn } from './holds.ts';
import { networkIn } from './subnets.ts';

export interface DatabaseFilter {
  readonly project?: string;
  readonly stage?: Stage;
}

interface DatabasesWanted extends DatabaseFilter {
  readonly id?: string;
  readonly name?: string;
  /** Only those whose names follow this one. */
  readonly after?: string | undefined;
  /** All where it is absent. */
  readonly limit?: number;
}

export const readDatabases = async (
  queries: Queries,
  { id, name, project, stage, after, limit }: DatabasesWanted,
): Promise<Database[]> => {
  let query = queries
    .selectFrom('services')
    .innerJoin('postgres_cluster_state', 'postgres_cluster_state.service_id', 'services.id')
    .leftJoin('subnets', 'subnets.service_id', 'services.id')
    .leftJoin('holds', 'holds.service_id', 'services.id')
    .where('services.kind', '=', 'database')
    .where('services.deleted_at', 'is', null);
  if (id !== undefined) query = query.where('services.id', '=', id);
  if (name !== undefined) query = query.where('services.name', '=', name);
  if (project !== undefined) query = query.where('services.project', '=', project);
  if (stage !== undefined) query = query.where('postgres_cluster_state.stage', '=', stage);
  if (after !== undefined) query = query.where('services.name', '>', after);
  if (limit !== undefined) query = query.limit(limit);
  const rows = await query
    .select(['services.id', 'services.project', 'services.name', 'services.size', 'services.protected as is_protected'])
    .select('services.restored_from')
    .select(['postgres_cluster_state.topology', 'postgres_cluster_state.settings'])
    .select([
      sql<string | null>`subnets.subnet::text`.as('subnet'),
      sql<string | null>`subnets.clients_subnet::text`.as('clients_subnet'),
      'subnets.addresses_given',
    ])
    .select(['holds.taken_at', 'holds.compared_at', 'holds.differences'])
    .select((column) => [
      column.ref('services.postgres_major').$notNull().as('postgres_major'),
      column.ref('services.home').$notNull().as('home'),
      column.ref('services.ports').$notNull().as('ports'),
    ])
    .orderBy('services.name')
    .execute();
  return rows.map(
    ({
      settings,
      size,
      restored_from,
      is_protected,
      subnet,
      clients_subnet,
      addresses_given,
      taken_at,
      compared_at,
      differences,
      ...database
    }) => ({
      ...database,
      ...serverAs(database.topology, size),
      ...(restored_from ? { restored_from } : {}),
      ...(settings ? { settings } : {}),
      ...(is_protected ? { protected: true as const } : {}),
      ...networkIn({ subnet, clients_subnet, addresses_given }),
      ...heldIn({ taken_at, compared_at, differences }),
    }),
  );
};

/** As the server that takes writes is made: new ones are made like it. */
export const serverAs = (
  topology: Topology,
  size: ServerSize | null | undefined,
): Pick<Database, 'size' | 'chosen_settings'> => {
  const primary = topology.nodes.find(({ name }) => name === topology.primary);
  const made = primary?.size ?? size;
  return {
    ...(made ? { size: made } : {}),
    ...(primary?.chosen_settings ? { chosen_settings: primary.chosen_settings } : {}),
  };
};
