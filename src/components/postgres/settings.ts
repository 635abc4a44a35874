import { decidedByInitdb, replayNeeds, type ServerSettings } from '../../domain/settings.ts';
import type { PostgresConnection } from './connection.ts';

/** What a server's configuration files say now, whether it has taken it yet or not. */
export const readServerSettings = async (connection: PostgresConnection): Promise<ServerSettings> => {
  const lines = await connection.query<{ name: string; value: string; by_alter_system: boolean }>(
    `SELECT name, setting AS value, sourcefile = current_setting('data_directory') || '/postgresql.auto.conf' AS by_alter_system
       FROM pg_file_settings WHERE name IS NOT NULL AND setting IS NOT NULL ORDER BY seqno`,
  );
  const rows = await connection.query<{ name: string; running: string; by_default: string | null }>(
    'SELECT name, setting AS running, boot_val AS by_default FROM pg_settings WHERE name = ANY ($1)',
    [[...decidedByInitdb, ...replayNeeds]],
  );
  const needed = rows.filter(({ name }) => replayNeeds.includes(name));
  return {
    lines,
    defaults: Object.fromEntries(rows.map(({ name, by_default }) => [name, by_default ?? ''])),
    running: Object.fromEntries(needed.map(({ name, running }) => [name, running])),
  };
};

/**
 * ALTER SYSTEM for each; null takes a setting back. What changes without a restart is in effect afterwards. A standby can be
 * told as well.
 * @returns names that the server did not take. Its words are left out: they may quote a value.
 */
export const alterSystem = async (
  connection: PostgresConnection,
  changes: Readonly<Record<string, string | null>>,
): Promise<readonly string[]> => {
  const refused: string[] = [];
  for (const [name, value] of Object.entries(changes)) {
    const clause =
      value === null ? `RESET ${quotedName(name)}` : `SET ${quotedName(name)} = ${quotedValue(name, value)}`;
    await connection.query(`ALTER SYSTEM ${clause}`).catch(() => refused.push(name));
  }
  await connection.query('SELECT pg_reload_conf()');
  return refused;
};

/**
 * Of these the ones that the server has not taken because it has to be restarted. As its files say as well: a session hears
 * of a reload a moment after it was asked for.
 */
export const readPendingRestart = async (
  connection: PostgresConnection,
  names: readonly string[],
): Promise<readonly string[]> => {
  const rows = await connection.query<{ name: string }>(
    `SELECT name FROM pg_settings s
      WHERE name = ANY ($1)
        AND (pending_restart OR EXISTS (SELECT FROM pg_file_settings f WHERE f.name = s.name AND f.error IS NOT NULL))
      ORDER BY name`,
    [names],
  );
  return rows.map(({ name }) => name);
};

/** `"auto_explain"."log_min_duration"`: the two parts of an extension's setting are two identifiers. */
const quotedName = (name: string): string =>
  name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');

/** Whose elements the server quotes one by one: all of them in one literal would be one element (PostgreSQL: GUC_LIST_QUOTE). */
const lists: readonly string[] = [
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
];

const quotedValue = (name: string, value: string): string => {
  if (!lists.includes(name)) return literal(value);
  const elements = [...value.matchAll(/"((?:[^"]|"")*)"|[^,\s]+/g)].map(
    ([whole, quoted]) => quoted?.replaceAll('""', '"') ?? whole,
  );
  return elements.length === 0 ? "''" : elements.map(literal).join(', ');
};

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
