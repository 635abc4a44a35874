import { sql, type Transaction } from 'kysely';
import type { Database } from '../domain/database.ts';
import { subnetsOf } from '../domain/addresses.ts';
import { PgrowError } from '../domain/errors.ts';
import type { Settings } from '../domain/settings.ts';
import type { Node, Topology } from '../domain/topology.ts';
import { forgetChanges } from './changed-databases.ts';
import { clusterState } from './cluster-state.ts';
import { isUniqueViolation, type Queries } from './connection.ts';
import { doubt } from './observed.ts';
import { readDatabases, type DatabaseFilter } from './read-databases.ts';
import { isUuid, nodeServiceId } from './service-id.ts';
import { insertSubnet, moveSubnet, subnetTaken } from './subnets.ts';
import type { Tables } from './tables.ts';

export interface DatabaseStore {
  /**
   * Idempotent by id; returns what is recorded, whose ports count.
   * @throws PgrowError `name_taken`; `port_taken` or `subnet_taken` when another database holds one of the ports or subnets
   */
  registerDatabase(database: Database): Promise<Database>;
  /**
   * Another subnet instead of `from`, which the engine cannot give it. Nothing is changed when it has another already.
   * @throws PgrowError `subnet_taken` when another database holds it
   */
  moveSubnet(id: string, from: string, to: string): Promise<void>;
  /** By id or by name, of one project or of all; null for a destroyed one. */
  readDatabase(idOrName: string, project?: string): Promise<Database | null>;
  listDatabases(filter: DatabaseFilter): Promise<readonly Database[]>;
  saveTopology(id: string, topology: Topology): Promise<void>;
  /**
   * That another node of it takes writes, and nothing else: what another process records at the same moment stays.
   * @returns false, and nothing is changed, when `from` did not take them or there is no node `to`
   */
  setPrimary(id: string, from: string, to: string): Promise<boolean>;
  /** That nothing is kept of the stage before any longer, and nothing else. */
  dropKept(id: string): Promise<void>;
  /** Replaces the node of this name, of those that are there and of those that are kept, and nothing else; none is success. */
  saveNode(id: string, node: Node): Promise<void>;
  saveSettings(id: string, settings: Settings): Promise<void>;
  /** Whether it may not be destroyed. */
  protectDatabase(id: string, isProtected: boolean): Promise<void>;
  /** Marks it as destroyed: its name, ports and subnets are free again, its history stays. Absent is success. */
  removeDatabase(id: string): Promise<void>;
  /** Of one that no operation has begun on, no trace stays: its id can be used again. Absent is success. */
  forgetDatabase(id: string): Promise<void>;
}

export const databaseStore = (queries: Queries): DatabaseStore => ({
  async registerDatabase(database) {
    try {
      await queries.transaction().execute((transaction) => insertDatabase(transaction, database));
    } catch (error) {
      if (isUniqueViolation(error, 'services_database_name')) {
        throw new PgrowError('name_taken', `There is a database named ${database.name} already. Choose another name.`);
      }
      if (isUniqueViolation(error, 'host_ports_pkey')) {
        throw new PgrowError(
          'port_taken',
          `Another database holds one of the ports ${Object.values(database.ports).join(', ')}. Choose others.`,
        );
      }
      throw subnetTaken(error, subnetsOf(database.network));
    }
    const [recorded] = await readDatabases(queries, { id: database.id });
    if (!recorded) throw new PgrowError('not_found', `Database ${database.name} (${database.id}) has been destroyed.`);
    return recorded;
  },

  moveSubnet: (id, from, to) => moveSubnet(queries, id, from, to),

  async readDatabase(idOrName, project) {
    const key = isUuid(idOrName) ? { id: idOrName } : { name: idOrName };
    const [database] = await readDatabases(queries, { ...key, ...(project === undefined ? {} : { project }) });
    return database ?? null;
  },

  listDatabases: (filter) => readDatabases(queries, filter),

  async saveTopology(id, topology) {
    await queries.transaction().execute(async (transaction) => {
      await saveNodes(transaction, id, topology);
      await transaction
        .updateTable('postgres_cluster_state')
        .set({ ...clusterState(id, topology), updated_at: sql<Date>`NOW()` })
        .where('service_id', '=', id)
        .execute();
      await doubt(transaction, id);
    });
  },

  async setPrimary(id, from, to) {
    const changed = await queries
      .updateTable('postgres_cluster_state')
      .set({
        topology: sql`jsonb_set(topology, '{primary}', to_jsonb(${to}::text))`,
        current_leader_id: nodeServiceId(id, to),
        updated_at: sql<Date>`NOW()`,
      })
      .where('service_id', '=', id)
      .where(sql`topology ->> 'primary'`, '=', from)
      .where(sql<boolean>`topology -> 'nodes' @> ${JSON.stringify([{ name: to }])}::jsonb`)
      .returning('service_id')
      .execute();
    if (changed.length > 0) await doubt(queries, id);
    return changed.length > 0;
  },

  async dropKept(id) {
    await sql`
      WITH state AS (
        UPDATE postgres_cluster_state SET topology = jsonb_set(topology, '{kept}', '[]'), updated_at = NOW()
         WHERE service_id = ${id} RETURNING topology -> 'nodes' AS nodes)
      UPDATE services SET deleted_at = NOW() FROM state
       WHERE parent_id = ${id} AND deleted_at IS NULL
         AND NOT nodes @> jsonb_build_array(jsonb_build_object('name', services.name))`.execute(queries);
    await doubt(queries, id);
  },

  async saveNode(id, node) {
    const replaced = (list: 'nodes' | 'kept') => sql`
      (SELECT coalesce(jsonb_agg(CASE WHEN each ->> 'name' = ${node.name} THEN ${JSON.stringify(node)}::jsonb ELSE each END
                                 ORDER BY position), '[]')
         FROM jsonb_array_elements(topology -> ${sql.lit(list)}) WITH ORDINALITY AS of_list (each, position))`;
    await queries
      .updateTable('postgres_cluster_state')
      .set({
        topology: sql`topology || jsonb_build_object('nodes', ${replaced('nodes')}, 'kept', ${replaced('kept')})`,
        updated_at: sql<Date>`NOW()`,
      })
      .where('service_id', '=', id)
      .execute();
    await doubt(queries, id);
  },

  async protectDatabase(id, isProtected) {
    await queries.updateTable('services').set({ protected: isProtected }).where('id', '=', id).execute();
  },

  async saveSettings(id, settings) {
    await queries
      .updateTable('postgres_cluster_state')
      .set({ settings: JSON.stringify(settings) })
      .where('service_id', '=', id)
      .execute();
  },

  async forgetDatabase(id) {
    await queries.transaction().execute((transaction) => forget(transaction, id));
  },

  async removeDatabase(id) {
    await queries.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('host_ports').where('service_id', '=', id).execute();
      await transaction.deleteFrom('subnets').where('service_id', '=', id).execute();
      await transaction.deleteFrom('observed').where('service_id', '=', id).execute();
      await transaction.deleteFrom('holds').where('service_id', '=', id).execute();
      await transaction
        .updateTable('services')
        .set({ deleted_at: sql<Date>`NOW()` })
        .where((where) => where.or([where('id', '=', id), where('parent_id', '=', id)]))
        .where('deleted_at', 'is', null)
        .execute();
      await forgetChanges(transaction);
    });
  },
});

/** Its operations refer to it, and so would an event. */
const forget = async (transaction: Transaction<Tables>, id: string): Promise<void> => {
  const begun = await transaction.selectFrom('operations').select('id').where('service_id', '=', id).limit(1).execute();
  if (begun.length > 0) throw new PgrowError('internal', `Database ${id} has operations and cannot be forgotten.`);
  await transaction.deleteFrom('host_ports').where('service_id', '=', id).execute();
  await transaction.deleteFrom('subnets').where('service_id', '=', id).execute();
  await transaction.deleteFrom('observed').where('service_id', '=', id).execute();
  await transaction.deleteFrom('postgres_cluster_state').where('service_id', '=', id).execute();
  await transaction.deleteFrom('services').where('parent_id', '=', id).execute();
  await transaction.deleteFrom('services').where('id', '=', id).execute();
  await forgetChanges(transaction);
};

const insertDatabase = async (transaction: Transaction<Tables>, database: Database): Promise<void> => {
  const { id, project, name, postgres_major, home, ports, network, topology, settings, size, restored_from } = database;
  const inserted = await transaction
    .insertInto('services')
    .values({
      id,
      parent_id: null,
      kind: 'database',
      project,
      name,
      postgres_major,
      home,
      ports: JSON.stringify(ports),
      size: size ? JSON.stringify(size) : null,
      restored_from: restored_from ? JSON.stringify(restored_from) : null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .execute();
  if (inserted.length === 0) return;
  await transaction
    .insertInto('host_ports')
    .values(Object.values(ports).map((port: number) => ({ port, service_id: id })))
    .execute();
  await insertSubnet(transaction, id, network);
  await saveNodes(transaction, id, topology);
  await transaction
    .insertInto('postgres_cluster_state')
    .values({ ...clusterState(id, topology), settings: settings ? JSON.stringify(settings) : null })
    .execute();
};

/** One row per node below the database's, kept ones too; nodes that are gone are marked so. */
const saveNodes = async (transaction: Transaction<Tables>, id: string, topology: Topology): Promise<void> => {
  const { project } = await transaction
    .selectFrom('services')
    .select('project')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  await transaction
    .updateTable('services')
    .set({ deleted_at: sql<Date>`NOW()` })
    .where('parent_id', '=', id)
    .where('deleted_at', 'is', null)
    .execute();
  for (const { name, kind, container, volume, mode } of [...topology.nodes, ...topology.kept]) {
    const row = { kind, project, name, container, volume, mode: mode ?? null, deleted_at: null };
    await transaction
      .insertInto('services')
      .values({ id: nodeServiceId(id, name), parent_id: id, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  }
};
