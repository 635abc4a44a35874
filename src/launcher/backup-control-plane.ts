import { createWriteStream, existsSync, linkSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import {
  backupFormat,
  fileLine,
  manifestLine,
  rowLine,
  type BackupFile,
  type BackupManifest,
} from '../domain/backup.ts';
import { PgrowError } from '../domain/errors.ts';
import { readMetadata, type MetadataSummary } from '../store/backup.ts';
import { withEnd } from './backup-file.ts';
import { controlPlaneOf } from './control-plane-of.ts';
import { readHomeFiles } from './home-files.ts';
import { draftOf } from './kept-files.ts';
import { versionOfSources } from './version.ts';

export interface BackedUp {
  /** Absolute path; null for standard output. */
  readonly file: string | null;
  readonly manifest: BackupManifest;
}

/**
 * Writes the home and the metadata of this control plane to one file, running or not: only the PostgreSQL of the metadata
 * has to answer. The file has the key that passwords are encrypted with; only its owner reads it.
 * @param to path of a file that does not exist yet, or `-` for standard output
 * @throws PgrowError `refused` where there is a file already
 */
export const backUpControlPlane = async (to: string): Promise<BackedUp> => {
  if (to !== '-' && existsSync(to)) throw exists(to);
  const { home, url } = controlPlaneOf('there is nothing to back up');
  const files = readHomeFiles(home.path);
  const { id } = home;

  let manifest: BackupManifest | null = null;
  const lines = backupLines({ id, files, url, onManifest: (made) => (manifest = made) });
  if (to === '-') await write(lines, process.stdout);
  else await writeFile(lines, to);
  return { file: to === '-' ? null : resolve(to), manifest: manifest! };
};

interface Source {
  readonly id: string;
  readonly files: readonly BackupFile[];
  readonly url: string;
  readonly onManifest: (manifest: BackupManifest) => void;
}

async function* backupLines({ id, files, url, onManifest }: Source): AsyncGenerator<string> {
  for await (const part of readMetadata({ url })) {
    if ('table' in part) {
      yield rowLine(part.table, part.row);
      continue;
    }
    const manifest = manifestOf(id, files, part);
    onManifest(manifest);
    yield manifestLine(manifest);
    for (const file of files) yield fileLine(file);
  }
}

const manifestOf = (home: string, files: readonly BackupFile[], summary: MetadataSummary): BackupManifest => ({
  format: backupFormat,
  pgrow: versionOfSources(),
  home,
  ...summary,
  files: files.map(({ file }) => file),
});

const write = (lines: AsyncIterable<string>, to: Writable): Promise<void> =>
  pipeline(Readable.from(withEnd(lines)), createGzip(), to, { end: to !== process.stdout });

/** Whole, on disk and beside its place before it gets its name, which no other file has. */
const writeFile = async (lines: AsyncIterable<string>, path: string): Promise<void> => {
  const draft = draftOf(path);
  try {
    await write(lines, createWriteStream(draft, { mode: 0o600, flags: 'wx' }));
    const written = await open(draft, 'r');
    await written.sync();
    await written.close();
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw exists(path);
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
};

const exists = (path: string): PgrowError =>
  new PgrowError('refused', `${path} exists already, and a backup overwrites nothing. Choose another name.`);
