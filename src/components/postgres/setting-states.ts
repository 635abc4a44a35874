import { meansTheSame } from '../../domain/setting-values.ts';
import type { PostgresConnection } from './connection.ts';

/** How a server stands to one of its settings. */
export interface SettingState {
  readonly name: string;
  /** What counts of its files, as it is written there; null where they say nothing. */
  readonly written: string | null;
  readonly by_alter_system: boolean;
  /** In the server's words why it does not take that; null where it does. */
  readonly problem: string | null;
  /** Whether the server takes it at its next start. */
  readonly pending_restart: boolean;
  /** Whether it runs with a value that this text stands for, as far as that can be told from the two. */
  runsWith(text: string): boolean;
}

interface Row extends Omit<SettingState, 'runsWith'> {
  readonly setting: string | null;
  readonly unit: string | null;
  readonly vartype: string | null;
}

/** Of these names, in any case, whether the server knows them or not. */
export const readSettingStates = async (
  connection: PostgresConnection,
  names: readonly string[],
): Promise<readonly SettingState[]> => {
  const rows = await connection.query<Row>(
    `SELECT n.name, f.written, coalesce(f.by_alter_system, false) AS by_alter_system, f.error AS problem,
            coalesce(s.pending_restart, false) AS pending_restart, s.setting, s.unit, s.vartype
       FROM unnest($1::text[]) n (name)
       LEFT JOIN pg_settings s ON lower(s.name) = lower(n.name)
       LEFT JOIN LATERAL (
              SELECT setting AS written, error,
                     sourcefile = current_setting('data_directory') || '/postgresql.auto.conf' AS by_alter_system
                FROM pg_file_settings WHERE lower(name) = lower(n.name) ORDER BY seqno DESC LIMIT 1) f ON true`,
    [names],
  );
  return rows.map(({ setting, unit, vartype, ...row }) => ({
    ...row,
    runsWith: (text) => setting !== null && meansTheSame({ setting, unit, vartype: vartype ?? 'string' }, text),
  }));
};

/** All settings that the server takes at its next start. */
export const readAllPendingRestart = async (connection: PostgresConnection): Promise<readonly string[]> => {
  const rows = await connection.query<{ name: string }>(
    'SELECT name FROM pg_settings WHERE pending_restart ORDER BY 1',
  );
  return rows.map(({ name }) => name);
};
