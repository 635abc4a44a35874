import pg from 'pg';
import { codeOfConnection } from '../../domain/connection-errors.ts';
import { PgrowError } from '../../domain/errors.ts';
import { lookupDatabase, poolerAdmin } from './configuration.ts';

/** PgBouncer's admin console (PgBouncer manual, Admin console). */
export interface PoolerAdmin {
  /**
   * Waits for open transactions and closes every server connection; paused already is success.
   * @returns at once false when it was paused already
   */
  pause(): Promise<boolean>;
  /** Not paused is success. */
  resume(): Promise<void>;
  /** Logins wait, for the passwords are not looked up; asked for before PAUSE. */
  pauseLookups(): Promise<void>;
  /** Not paused is success. */
  resumeLookups(): Promise<void>;
  reload(): Promise<void>;
  /** Server connections are replaced as soon as their transaction ends. */
  reconnect(): Promise<void>;
  /** Whether clients wait, or logins. */
  isPaused(): Promise<boolean>;
  pools(): Promise<readonly PoolStatus[]>;
  end(): Promise<void>;
}

export interface PoolStatus {
  readonly database: string;
  readonly user: string;
  readonly cl_active: number;
  readonly cl_waiting: number;
  readonly sv_active: number;
}

/** @throws PgrowError `no_answer` when the connection is refused or breaks, else `not_ready` when the console does not take it */
export const connectPooler = async ({ host, port, password, timeoutMs = 3000 }: Address): Promise<PoolerAdmin> => {
  const client = new pg.Client({
    host,
    port,
    database: 'pgbouncer',
    user: poolerAdmin,
    password,
    connectionTimeoutMillis: timeoutMs,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  const command = async (text: string, harmless?: RegExp) => {
    try {
      return (await client.query(text)).rows as Record<string, unknown>[];
    } catch (error) {
      const { message } = error as Error;
      if (harmless?.test(message)) return harmlessly;
      throw new PgrowError(
        codeOfConnection(error, 'internal'),
        `PgBouncer at ${host}:${port} refused ${text}: ${message}.`,
        { cause: error },
      );
    }
  };
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new PgrowError(
      codeOfConnection(error, 'not_ready'),
      `PgBouncer at ${host}:${port} does not answer: ${(error as Error).message}.`,
      { cause: error },
    );
  }
  return {
    pause: async () => (await command('PAUSE', alreadyPaused)) !== harmlessly,
    resume: async () => void (await command('RESUME', /not (paused|suspended)|pooler is not/i)),
    reload: async () => void (await command('RELOAD')),
    reconnect: async () => void (await command('RECONNECT')),
    pauseLookups: async () => void (await command(`PAUSE ${lookupDatabase}`, alreadyPaused)),
    resumeLookups: async () => void (await command(`RESUME ${lookupDatabase}`, /not paused|no such database/i)),
    isPaused: async () =>
      (await command('SHOW STATE')).some(({ key, value }) => key === 'paused' && value === 'yes') ||
      (await command('SHOW DATABASES')).some(({ paused }) => Number(paused) === 1),
    pools: async () => (await command('SHOW POOLS')).map(toPool),
    end: () => client.end().catch(() => undefined),
  };
};

const alreadyPaused = /already (suspended\/)?paused/i;
/** What a command answers that was refused because there was nothing to do. */
const harmlessly: Record<string, unknown>[] = [];

interface Address {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly timeoutMs?: number;
}

const toPool = (row: Record<string, unknown>): PoolStatus => ({
  database: String(row['database']),
  user: String(row['user']),
  cl_active: Number(row['cl_active']),
  cl_waiting: Number(row['cl_waiting']),
  sv_active: Number(row['sv_active']),
});
