import type { PostgresConnection } from './connection.ts';

/**
 * In the schema that it demands, or in `public`: where a session of the application would have created it. There already is
 * success.
 */
export const createExtension = async (connection: PostgresConnection, name: string): Promise<void> => {
  const [fixed] = await connection.query(
    `SELECT 1 FROM pg_available_extensions e JOIN pg_available_extension_versions v ON v.name = e.name
        AND v.version = e.default_version WHERE e.name = $1 AND v.schema IS NOT NULL`,
    [name],
  );
  await connection.query(`CREATE EXTENSION IF NOT EXISTS ${quoted(name)}${fixed ? '' : ' SCHEMA public'}`);
};

/** Nothing that depends on it goes with it. Absent is success. */
export const dropExtension = async (connection: PostgresConnection, name: string): Promise<void> => {
  await connection.query(`DROP EXTENSION IF EXISTS ${quoted(name)} RESTRICT`);
};

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
