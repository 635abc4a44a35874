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

/** The file has all of its new content or all of what it had before, and only its owner reads it. */
export const replaceFile = (path: string, content: string): void => {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, path);
};
