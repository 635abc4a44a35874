import { readFileSync } from 'node:fs';
import { PgrowError } from '../domain/errors.ts';
import { launcherError, messageOf } from './launcher-error.ts';

/**
 * The connection string that the driver gets. The password comes from its file each time, so that a replaced one counts.
 *
 * @param url postgresql://…
 * @param passwordFile its only line is the password; without it the URL has one, or needs none
 * @throws PgrowError `invalid_input` for two passwords, `not_ready` for a file that cannot be read or is empty
 */
export const databaseUrlWith = (url: string, passwordFile?: string): string => {
  if (passwordFile === undefined) return url;
  const complete = URL.parse(url);
  if (complete === null || complete.password !== '')
    throw new PgrowError(
      'invalid_input',
      'DATABASE_URL holds a password and PGROW_DATABASE_PASSWORD_FILE names another one. Take the password out of DATABASE_URL.',
    );
  complete.password = encodeURIComponent(readPassword(passwordFile));
  return complete.href;
};

const readPassword = (path: string): string => {
  const password = readText(path).replace(/\r?\n$/, '');
  if (password === '')
    throw launcherError(`${path} (PGROW_DATABASE_PASSWORD_FILE) is empty. Write the password into it.`);
  return password;
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw launcherError(
      `The password of the metadata database (PGROW_DATABASE_PASSWORD_FILE) cannot be read: ${messageOf(error)}`,
      error,
    );
  }
};
