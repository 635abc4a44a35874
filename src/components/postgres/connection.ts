import pg from 'pg';
import { codeOfConnection, isUnanswered } from '../../domain/connection-errors.ts';
import { PgrowError } from '../../domain/errors.ts';
import { endClient } from '../end-client.ts';
import { dialPostgres, type Peer } from '../peer.ts';

export interface PostgresConnection {
  query<T = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<T[]>;
  /** Takes a second at most, also when the server does not answer. */
  end(): Promise<void>;
}

export interface PostgresAddress {
  readonly peer: Peer;
  readonly port?: number;
  readonly database?: string;
  readonly user: string;
  readonly password: string;
  /** Settings of the session by name. They take precedence over those of the role and of the database. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly connectTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  /** Called once when the connection has ended, by whichever side: with the server's last word, null without one. */
  readonly onEnd?: (sqlstate: string | null) => void;
}

/**
 * @throws PgrowError `no_answer` when the connection is refused or breaks, or an answer does not come in time, else
 * `not_ready` when the server does not take it and `internal` when a statement fails
 */
export const connectPostgres = async (address: PostgresAddress): Promise<PostgresConnection> => {
  const { peer, port = 5432, database = 'postgres', user, password, connectTimeoutMs = 3000 } = address;
  const limitMs = address.statementTimeoutMs ?? 60_000;
  const where = `${user}@${peer.name}:${port}/${database}`;
  const cannot = (error: unknown) =>
    new PgrowError(codeOfConnection(error, 'not_ready'), `Cannot connect to ${where}: ${messageOf(error)}.`, {
      cause: error,
    });
  const client = await dialPostgres(
    { peer, port, limitMs: connectTimeoutMs },
    {
      database,
      user,
      password,
      query_timeout: limitMs,
      application_name: 'pgrow',
      // The server ends it as well, where no pooler would refuse the setting: otherwise it continues working although no client waits.
      ...(address.settings
        ? { options: startupOptions({ statement_timeout: String(limitMs), ...address.settings }) }
        : {}),
    },
  ).catch((error: unknown) => {
    throw cannot(error);
  });
  let lastWord: string | null = null;
  // A connection that is cut while idle must not end the process.
  client.on('error', (error) => {
    if (error instanceof pg.DatabaseError) lastWord = error.code ?? null;
  });
  try {
    await client.connect();
  } catch (error) {
    await endClient(client);
    throw cannot(error);
  }
  client.once('end', () => address.onEnd?.(lastWord));
  return {
    async query<T>(sql: string, parameters: readonly unknown[] = []) {
      try {
        const { rows } = parameters.length === 0 ? await client.query(sql) : await client.query(sql, [...parameters]);
        return rows as T[];
      } catch (error) {
        // Whatever else is asked on it would wait behind the statement that is not answered.
        if (isUnanswered(error)) void endClient(client, 0);
        throw new PgrowError(
          codeOfConnection(error, 'internal'),
          `A statement failed on ${where}: ${messageOf(error)}.`,
          { cause: error },
        );
      }
    },
    end: () => endClient(client),
  };
};

/** The server's own words and code, which name no password. */
const messageOf = (error: unknown): string => {
  const { message, code } = error as { message?: string; code?: string };
  return code ? `${message ?? 'no message'} (${code})` : (message ?? 'no message');
};

/** As the startup packet takes them: a space within a value is escaped (PostgreSQL manual, 53.7 StartupMessage). */
const startupOptions = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, '\\$&')}`)
    .join(' ');
