import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Null when it is not there. */
export const readIfThere = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

/**
 * Where a file or directory is made before it is renamed to `path`. Random: processes of several containers share a
 * directory and have the same process id.
 */
export const draftOf = (path: string): string => `${path}.${randomBytes(4).toString('hex')}.draft`;

/** The file has all of its new content or all of what it had before, and only its owner reads it. */
export const replaceFile = (path: string, content: string): void => {
  const draft = draftOf(path);
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, path);
};
