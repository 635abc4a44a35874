import { renameSync, statSync } from 'node:fs';
import { copyFile, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes after which a log is put aside; the one before it goes. */
const logLimitBytes = 20 * 1024 * 1024;

/** Of a program that does not run. */
export const putAside = (log: string): void => {
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > logLimitBytes) renameSync(log, `${log}.1`);
};

/**
 * Logs in this directory whose programs run and go on appending to the files that they have: what is written between copy and
 * cut is lost. On a disk without room for a copy the log is cut all the same.
 */
export const trimLogs = async (directory: string): Promise<void> => {
  const logs = (await readdir(directory)).filter((name) => name.endsWith('.log'));
  for (const log of logs.map((name) => join(directory, name))) {
    if ((await stat(log)).size <= logLimitBytes) continue;
    await rm(`${log}.1`, { force: true });
    await copyFile(log, `${log}.1`).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error;
      await rm(`${log}.1`, { force: true });
    });
    await truncate(log);
  }
};
