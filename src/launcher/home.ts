import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { draftOf, readIfThere } from './kept-files.ts';
import { launcherError } from './launcher-error.ts';
import { directoryOf, environmentOf, leadsSession, processIds } from './process-table.ts';

/** The directory of one control plane: everything it knows that is not in a database. */
export interface Home {
  readonly path: string;
  /** Eight hexadecimal digits, part of every name and label on the Docker engine. */
  readonly id: string;
  /** The CLI's token for the API. */
  readonly tokenPath: string;
  /** Key that secrets are encrypted with at rest: 32 bytes in base64. */
  readonly secretKeyPath: string;
  readonly metadataPasswordPath: string;
  readonly temporalDatabasePath: string;
  readonly logs: string;
  readonly run: string;
}

/**
 * Opens the home, making what is missing. Safe to call from several processes at once.
 * @throws PgrowError when there was one, which was moved elsewhere while its control plane ran
 */
export const openHome = (directory: string): Home => {
  refuseMovedAway(directory);
  ensureFolder(directory);
  // The one true path: locks and processes are distinguished by it, and a symbolic link would make two homes of one.
  const path = realpathSync(directory);
  ensureFolder(join(path, 'logs'));
  ensureFolder(join(path, 'run'));
  const inHome = (name: string): string => join(path, name);
  keep(inHome('token'), newOwnToken);
  keep(inHome('secret.key'), () => randomBytes(32).toString('base64'));
  keep(inHome('metadata.password'), () => randomBytes(24).toString('hex'));
  return {
    path,
    id: keep(inHome('id'), () => randomBytes(4).toString('hex')),
    tokenPath: inHome('token'),
    secretKeyPath: inHome('secret.key'),
    metadataPasswordPath: inHome('metadata.password'),
    temporalDatabasePath: inHome('temporal.db'),
    logs: inHome('logs'),
    run: inHome('run'),
  };
};

/**
 * A second, empty home in its place would be taken for the first one.
 * @throws PgrowError when nothing is there, and the control plane that was started there runs elsewhere
 */
export const refuseMovedAway = (directory: string): void => {
  if (existsSync(directory)) return;
  const isOfThisHome = (pid: number): boolean => {
    const environment = environmentOf(pid);
    return (
      environment.includes(`PGROW_HOME=${directory}`) && environment.some((line) => line.startsWith('PGROW_PROCESS='))
    );
  };
  const place = processIds()
    .filter((pid) => isOfThisHome(pid) && leadsSession(pid))
    .map(directoryOf)
    .find((found) => found !== null);
  if (place === undefined) return;
  throw launcherError(
    `${directory} no longer exists: its control plane runs in ${place}, where it was moved to. ` +
      `Use it there: PGROW_HOME=${place} ./pgrow up`,
  );
};

const ensureFolder = (path: string): void => {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
};

/** Reads a value made once and kept; of two processes that make it at the same time both get the same one. */
const keep = (path: string, make: () => string): string => {
  const kept = readKept(path);
  if (kept !== null) return kept;
  const draft = draftOf(path);
  writeFileSync(draft, `${make()}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  const value = readKept(path);
  if (value === null) throw launcherError(`${path} is empty and cannot be generated again: restore its content.`);
  return value;
};

/** Content of a kept file without its line end; null when it is not there. */
export const readKept = (path: string): string | null => readIfThere(path)?.trim() || null;

/** The CLI's, which opens everything. */
export const newOwnToken = (): string => `pgrow_${randomBytes(24).toString('base64url')}`;
