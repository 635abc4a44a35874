import type pg from 'pg';
import { codeOfConnection, isUnanswered } from '../../domain/connection-errors.ts';
import { PgrowError } from '../../domain/errors.ts';
import { endClient } from '../end-client.ts';
import { dialPostgres, type Peer } from '../peer.ts';
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
  /** `1.24.1` */
  version(): Promise<string | null>;
  end(): Promise<void>;
}

export interface PoolStatus {
  readonly database: string;
  readonly user: string;
  readonly cl_active: number;
  readonly cl_waiting: number;
  readonly sv_active: number;
  readonly sv_idle: number;
}

/** Milliseconds. PAUSE answers when the last transaction has ended, or the dead-man has resumed. */
const pauseLimitMs = 15_000;

/**
 * @throws PgrowError `no_answer` when the connection is refused or breaks, or an answer does not come in time, else
 * `not_ready` when the console does not take it
 */
export const connectPooler = async ({
  peer,
  port,
  password,
  timeoutMs = 3000,
  answerLimitMs = 5000,
}: Address): Promise<PoolerAdmin> => {
  const cannot = (error: unknown) =>
    new PgrowError(
      codeOfConnection(error, 'not_ready'),
      `PgBouncer on ${peer.name}:${port} does not answer: ${(error as Error).message}.`,
      { cause: error },
    );
  const login = { database: 'pgbouncer', user: poolerAdmin, password };
  const client = await dialPostgres({ peer, port, limitMs: timeoutMs }, login).catch((error: unknown) => {
    throw cannot(error);
  });
  client.on('error', () => undefined);
  const command = async (text: string, harmless?: RegExp, limitMs = answerLimitMs) => {
    try {
      return (await client.query({ text, query_timeout: limitMs } as pg.QueryConfig)).rows as Record<string, unknown>[];
    } catch (error) {
      const { message } = error as Error;
      if (harmless?.test(message)) return harmlessly;
      if (isUnanswered(error)) void endClient(client, 0);
      throw new PgrowError(
        codeOfConnection(error, 'internal'),
        `PgBouncer on ${peer.name}:${port} refused ${text}: ${message}.`,
        { cause: error },
      );
    }
  };
  try {
    await client.connect();
  } catch (error) {
    await endClient(client);
    throw cannot(error);
  }
  return {
    pause: async () => (await command('PAUSE', alreadyPaused, pauseLimitMs)) !== harmlessly,
    resume: async () => void (await command('RESUME', /not (paused|suspended)|pooler is not/i)),
    reload: async () => void (await command('RELOAD')),
    reconnect: async () => void (await command('RECONNECT')),
    pauseLookups: async () => void (await command(`PAUSE ${lookupDatabase}`, alreadyPaused)),
    resumeLookups: async () => void (await command(`RESUME ${lookupDatabase}`, /not paused|no such database/i)),
    isPaused: async () =>
      (await command('SHOW STATE')).some(({ key, value }) => key === 'paused' && value === 'yes') ||
      (await command('SHOW DATABASES')).some(({ paused }) => Number(paused) === 1),
    version: async () => /\d+(\.\d+)+/.exec(String((await command('SHOW VERSION'))[0]?.['version']))?.[0] ?? null,
    pools: async () => (await command('SHOW POOLS')).map(toPool),
    end: () => endClient(client),
  };
};

const alreadyPaused = /already (suspended\/)?paused/i;
/** What a command answers that was refused because there was nothing to do. */
const harmlessly: Record<string, unknown>[] = [];

interface Address {
  readonly peer: Peer;
  readonly port: number;
  readonly password: string;
  readonly timeoutMs?: number;
  /** For each command but PAUSE. */
  readonly answerLimitMs?: number;
}

const toPool = (row: Record<string, unknown>): PoolStatus => ({
  database: String(row['database']),
  user: String(row['user']),
  cl_active: Number(row['cl_active']),
  cl_waiting: Number(row['cl_waiting']),
  sv_active: Number(row['sv_active']),
  sv_idle: Number(row['sv_idle'] ?? 0),
});
