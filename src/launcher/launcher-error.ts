import { PgrowError } from '../domain/errors.ts';

/** What keeps the control plane from starting: a message for the person at the terminal, no stack trace. */
export const launcherError = (message: string, cause?: unknown): PgrowError =>
  new PgrowError('not_ready', message, { cause });

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
