import type { ConnectionFacts, GuestSlot, Listed, LogicalSlot, Tablespace } from '../../domain/facts.ts';
import { isOwnSlot } from '../../domain/naming.ts';
import type { PostgresConnection } from './connection.ts';

/** What a server holds that belongs to no database of its own. */
export interface ServerFacts {
  readonly logical_slots: readonly LogicalSlot[];
  readonly guest_slots: readonly GuestSlot[];
  readonly tablespaces: readonly Tablespace[];
  readonly connections: ConnectionFacts;
}

export const readServerFacts = async (connection: PostgresConnection): Promise<ServerFacts> => {
  const logical_slots = await connection.query<LogicalSlot>(
    `SELECT slot_name AS name, database, plugin, active FROM pg_catalog.pg_replication_slots
      WHERE slot_type = 'logical' AND NOT temporary ORDER BY 1`,
  );
  const physical = await connection.query<GuestSlot>(
    `SELECT slot_name AS name, active FROM pg_catalog.pg_replication_slots
      WHERE slot_type = 'physical' AND NOT temporary ORDER BY 1`,
  );
  const tablespaces = await connection.query<Tablespace>(
    // One without a location lies inside the data directory, and is copied with it.
    `SELECT spcname AS name, pg_catalog.pg_tablespace_location(oid) AS location FROM pg_catalog.pg_tablespace
      WHERE pg_catalog.pg_tablespace_location(oid) LIKE '/%' ORDER BY 1`,
  );
  const settings = await connection.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_catalog.pg_settings
      WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')`,
  );
  const [databases] = await connection.query<{ count: string }>(
    `SELECT pg_catalog.count(*) AS count FROM pg_catalog.pg_database
      WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres'`,
  );
  const numberOf = (name: string) => Number(settings.find((each) => each.name === name)?.setting ?? 0);
  return {
    logical_slots,
    guest_slots: physical.filter(({ name }) => !isOwnSlot(name)),
    tablespaces,
    connections: {
      max_connections: numberOf('max_connections'),
      superuser_reserved_connections: numberOf('superuser_reserved_connections'),
      reserved_connections: numberOf('reserved_connections'),
      databases: Math.max(1, Number(databases?.count ?? 1)),
    },
  };
};

/** Names read of each database: enough for a person to see what is meant. */
const namesRead = 20;

/**
 * Tables and sequences of the connection's database whose content PostgreSQL writes to no WAL, so that a standby has none
 * of it. Sequences that belong to such a table go without saying.
 */
export const readUnlogged = async (connection: PostgresConnection): Promise<Listed> => {
  const rows = await connection.query<{ name: string; count: string }>(
    `SELECT pg_catalog.format('%I.%I.%I', pg_catalog.current_database(), n.nspname, c.relname) AS name,
            pg_catalog.count(*) OVER () AS count
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relpersistence = 'u' AND c.relkind IN ('r', 'S')
        AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
                         WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
                           AND c.relkind = 'S' AND d.deptype IN ('a', 'i'))
      ORDER BY 1 LIMIT ${namesRead}`,
  );
  return { count: Number(rows[0]?.count ?? 0), names: rows.map(({ name }) => name) };
};
