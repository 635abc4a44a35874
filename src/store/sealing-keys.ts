import { readFileSync } from 'node:fs';
import { PgrowError } from '../domain/errors.ts';

/**
 * 32 bytes each, for AES-256. The first seals; each opens what it has sealed. Asked at every use: a key that is rotated reaches
 * every process with its next secret.
 */
export type SealingKeys = () => readonly [Buffer, ...(readonly Buffer[])];

const keyBytes = 32;

/**
 * One key in base64 on each line: one, and while it is being rotated two, the new one first.
 * @throws PgrowError `needs_operator` for what is no such file
 */
export const parseSealingKeys = (text: string, path: string): ReturnType<SealingKeys> => {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const [first, ...others] = lines.map((line) => Buffer.from(line.trim(), 'base64'));
  if (first && [first, ...others].every(({ length }) => length === keyBytes)) return [first, ...others];
  throw new PgrowError(
    'needs_operator',
    `${path} is no key file: it has to have a key of ${keyBytes} bytes in base64 on each line. Restore it from a backup.`,
  );
};

/** @throws PgrowError `needs_operator` at a use for which the file is not there or has no keys */
export const sealingKeysIn =
  (path: string): SealingKeys =>
  () => {
    try {
      return parseSealingKeys(readFileSync(path, 'utf8'), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new PgrowError('needs_operator', `${path} is gone, and no password can be read without it. Restore it.`);
    }
  };
