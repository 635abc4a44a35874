import { copyFileSync, readdirSync, renameSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes after which a log is put aside; the one before it goes. */
const logLimitBytes = 20 * 1024 * 1024;

const isFull = (log: string): boolean => (statSync(log, { throwIfNoEntry: false })?.size ?? 0) > logLimitBytes;

/** Of a program that does not run. */
export const putAside = (log: string): void => {
  if (isFull(log)) renameSync(log, `${log}.1`);
};

/** Logs in this directory whose programs run and go on appending to the files that they have: what is written between copy and cut is lost. */
export const trimLogs = (directory: string): void => {
  const logs = readdirSync(directory).filter((name) => name.endsWith('.log'));
  for (const log of logs.map((name) => join(directory, name)).filter(isFull)) {
    copyFileSync(log, `${log}.1`);
    truncateSync(log);
  }
};
