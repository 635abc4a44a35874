import { join } from 'node:path';
import type { BackupFile } from '../domain/backup.ts';
import { readIfThere, replaceFile } from './kept-files.ts';

/**
 * Files of a home that are in a backup, where they are. All others are made again: images and versions by `up` and
 * `prepare`, Temporal's database by Temporal. The id comes last: a home that has it has all of them.
 */
const backedUpFiles = [
  'secret.key',
  'token',
  'metadata.password',
  'ports.json',
  'external.json',
  'subnet-pool',
  'postgres-majors.json',
  'telemetry.json',
  'prices.json',
  'retention.json',
  'id',
];

/** Files that `up` and `prepare` make: a home that has one of them has been used. */
const usedFiles = ['ports.json', 'external.json', 'images.json', 'prepared.json'];

export const readHomeFiles = (home: string): readonly BackupFile[] =>
  backedUpFiles.flatMap((file) => {
    const content = readIfThere(join(home, file));
    return content === null ? [] : [{ file, content }];
  });

/** Only names that are known: a backup says nothing of where files go. */
export const writeHomeFiles = (home: string, files: readonly BackupFile[]): void => {
  for (const name of backedUpFiles) {
    const found = files.find(({ file }) => file === name);
    if (found) replaceFile(join(home, name), found.content);
  }
};

/** Null for a home that is not there, or has none. */
export const homeIdIn = (home: string): string | null => readIfThere(join(home, 'id'))?.trim() || null;

export const isUsedHome = (home: string): boolean => usedFiles.some((name) => readIfThere(join(home, name)) !== null);
