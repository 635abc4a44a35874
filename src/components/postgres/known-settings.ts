import { settingContexts, type KnownExtension, type KnownSetting } from '../../domain/change.ts';
import type { ListedExtension } from '../../domain/extension-list.ts';
import type { DescribedSetting } from '../../domain/setting-catalogue.ts';
import { canonicalSettingName } from '../../domain/setting-names.ts';
import { settingText } from '../../domain/setting-text.ts';
import type { ServerSettings } from '../../domain/settings.ts';
import type { PostgresConnection } from './connection.ts';

interface SettingRow {
  readonly name: string;
  readonly context: string;
  readonly unit: string | null;
  readonly source: string;
  readonly boot_val: string | null;
  readonly shown: string | null;
}

/** Where pgrow's own session, its role or its database says otherwise, the server's choice is what its files say. */
const ofSession: readonly string[] = [
  'client',
  'session',
  'interactive',
  'user',
  'database',
  'database user',
  'global',
];

/**
 * Settings as they hold for the server. A name of a library that is not loaded is a note to it, which the server takes any time.
 * One that there is not is left out.
 */
export const readKnownSettings = async (
  connection: PostgresConnection,
  names: readonly string[],
  { lines }: Pick<ServerSettings, 'lines'>,
): Promise<Readonly<Record<string, KnownSetting>>> => {
  const wanted = [...new Set(names.map((name) => name.toLowerCase()))];
  const rows = await connection.query<SettingRow>(
    `SELECT name, context, unit, source, boot_val, pg_catalog.current_setting(name, true) AS shown
       FROM pg_catalog.pg_settings WHERE pg_catalog.lower(name) = ANY ($1::pg_catalog.text[])`,
    [wanted],
  );
  const written = writtenIn(lines);
  const known = rows.map((row): [string, KnownSetting] => [
    row.name,
    { context: contextOf(row.context), value: valueOf(row, written) },
  ]);
  const found = new Set(rows.map(({ name }) => name.toLowerCase()));
  const notes = wanted
    .filter((name) => name.includes('.') && !found.has(name))
    .map((name): [string, KnownSetting] => [name, { context: 'user', value: written.get(name) ?? '' }]);
  return Object.fromEntries([...known, ...notes]);
};

type Written = ReadonlyMap<string, string>;

const writtenIn = (lines: ServerSettings['lines']): Written =>
  new Map(lines.map(({ name, value }) => [name.toLowerCase(), value]));

const valueOf = ({ name, source, boot_val, unit, shown }: SettingRow, written: Written): string =>
  ofSession.includes(source) ? (written.get(name.toLowerCase()) ?? settingText(boot_val ?? '', unit)) : (shown ?? '');

const contextOf = (context: string): KnownSetting['context'] =>
  settingContexts.find((each) => each === context) ?? 'internal';

interface DescribedRow extends SettingRow {
  readonly category: string;
  readonly short_desc: string;
  readonly vartype: DescribedSetting['type'];
  readonly min_val: string | null;
  readonly max_val: string | null;
  readonly enumvals: readonly string[] | null;
}

/** All settings of the server and of the libraries that it has loaded. */
export const describeSettings = async (
  connection: PostgresConnection,
  { lines }: Pick<ServerSettings, 'lines'>,
): Promise<readonly DescribedSetting[]> => {
  const rows = await connection.query<DescribedRow>(
    `SELECT name, context, unit, source, boot_val, pg_catalog.current_setting(name, true) AS shown,
            category, short_desc, vartype, min_val, max_val, enumvals
       FROM pg_catalog.pg_settings ORDER BY category, name`,
  );
  const written = writtenIn(lines);
  return rows.map((row) => ({
    name: row.name,
    category: row.category,
    description: row.short_desc,
    type: row.vartype,
    unit: row.unit,
    min: row.min_val,
    max: row.max_val,
    choices: row.enumvals,
    context: contextOf(row.context),
    value: valueOf(row, written),
    by_default: row.boot_val,
  }));
};

/** What ALTER SYSTEM has set, by the server's own spelling of the names. */
export const setByAlterSystem = ({ lines }: Pick<ServerSettings, 'lines'>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lines.filter((line) => line.by_alter_system).map(({ name, value }) => [canonicalSettingName(name), value]),
  );

/** The same, read alone: it costs the server a millisecond. */
export const readAlterSystem = async (connection: PostgresConnection): Promise<Readonly<Record<string, string>>> => {
  const lines = await connection.query<{ name: string; value: string }>(
    `SELECT name, setting AS value FROM pg_catalog.pg_file_settings
      WHERE name IS NOT NULL AND setting IS NOT NULL
        AND sourcefile = pg_catalog.current_setting('data_directory') || '/postgresql.auto.conf' ORDER BY seqno`,
  );
  return setByAlterSystem({ lines: lines.map((line) => ({ ...line, by_alter_system: true })) });
};

/**
 * What the server says of values for settings of libraries that it has loaded, and of those only: it takes any for others.
 * A value that can only be set at its start says nothing here.
 */
export const refusedByLibraries = async (
  connection: PostgresConnection,
  wanted: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> => {
  const rows = await connection.query<{ name: string }>(
    `SELECT name FROM pg_catalog.pg_settings
      WHERE name = ANY ($1::pg_catalog.text[]) AND context IN ('user', 'superuser')`,
    [Object.keys(wanted)],
  );
  const refused: Record<string, string> = {};
  for (const { name } of rows) {
    // For this one statement.
    await connection
      .query('SELECT pg_catalog.set_config($1, $2, true)', [name, wanted[name]])
      .catch((error: unknown) => {
        const { code, message } = (error as { cause?: { code?: string; message?: string } }).cause ?? {};
        if (code !== invalidValue) throw error;
        refused[name] = message ?? 'invalid value';
      });
  }
  return refused;
};

/** PostgreSQL manual, appendix A: invalid_parameter_value. */
const invalidValue = '22023';

/** Extensions by name, in the connection's database. One that the server has never heard of is there as well, without versions. */
export const readKnownExtensions = async (
  connection: PostgresConnection,
  names: readonly string[],
): Promise<Readonly<Record<string, KnownExtension>>> => {
  const rows = await connection.query<{ name: string; version: string | null; installed: string | null }>(
    `SELECT asked.name, a.default_version AS version, e.extversion AS installed
       FROM pg_catalog.unnest($1::pg_catalog.text[]) AS asked(name)
       LEFT JOIN pg_catalog.pg_available_extensions a ON a.name = asked.name
       LEFT JOIN pg_catalog.pg_extension e ON e.extname = asked.name`,
    [names],
  );
  return Object.fromEntries(rows.map(({ name, version, installed }) => [name, { version, installed }]));
};

/** All that the server could create, and those that are in the connection's database. */
export const listExtensions = (connection: PostgresConnection): Promise<readonly ListedExtension[]> =>
  connection.query<ListedExtension>(
    `SELECT coalesce(a.name, e.extname) AS name, a.default_version AS version, e.extversion AS installed, a.comment
       FROM pg_catalog.pg_available_extensions a
       FULL JOIN pg_catalog.pg_extension e ON e.extname = a.name ORDER BY 1`,
  );
