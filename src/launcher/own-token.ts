import { readFileSync } from 'node:fs';
import type { Store } from '../store/store.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';

/** Runs `action` while no other process replaces the token in this file, or makes it valid. */
export const holdOwnToken = <T>(file: string, progress: Progress, action: () => Promise<T>): Promise<T> =>
  withLock(`token in ${file}`, progress, action);

/**
 * Makes the token in the home's file valid: the one that is there once no rotation is under way.
 * @param file path of the token's file
 */
export const admitOwnToken = (
  { file, store }: { readonly file: string; readonly store: Pick<Store, 'ensureHomeToken'> },
  progress: Progress,
): Promise<void> => holdOwnToken(file, progress, () => store.ensureHomeToken(readFileSync(file, 'utf8').trim()));
