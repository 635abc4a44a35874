import { readFileSync } from 'node:fs';
import { messageOf, PgrowError } from '../domain/errors.ts';

/** For what must not be in the arguments of a process. `-` is standard input; `what`: for the error. */
export const readFirstLine = (path: string, what: string): string => {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8').split(/\r?\n/, 1)[0] ?? '';
  } catch (error) {
    throw new PgrowError('malformed_request', `Cannot read ${what} from ${path}: ${messageOf(error)}`);
  }
};
