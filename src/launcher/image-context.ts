import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';

/** One file of what an image is built from. */
export interface ContextFile {
  readonly path: string;
  readonly mode: number;
  readonly content: Buffer;
}

/** Twelve hexadecimal digits. Of the modes only "executable" counts, as in git: the umask of a checkout must not. */
export const contentHash = (files: readonly ContextFile[], base: string): string => {
  const hash = createHash('sha256').update(base);
  for (const { path, mode, content } of files) hash.update(`\0${path}\0${mode}\0${content.length}\0`).update(content);
  return hash.digest('hex').slice(0, 12);
};

/** All files of a folder, in a fixed order, by their path in it. */
export const readFolder = (folder: string): readonly ContextFile[] =>
  filesUnder(folder)
    .filter((path) => !path.includes('__pycache__'))
    .map((path) => readContextFile(path, relative(folder, path)));

/** Paths of all files of a folder and those in it, in a fixed order. */
export const filesUnder = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

export const readContextFile = (source: string, path: string): ContextFile => ({
  path,
  mode: (statSync(source).mode & 0o100) === 0 ? 0o644 : 0o755,
  content: readFileSync(source),
});

/** As the engine takes it. One file at a time is in memory, where `files` reads them one after the other. */
export const packFiles = (files: Iterable<ContextFile>): Readable => {
  const archive = pack();
  const fill = async (): Promise<void> => {
    for (const { path, mode, content } of files)
      await new Promise<void>((resolve, reject) => {
        archive.entry({ name: path, mode }, content, (error) => (error ? reject(error) : resolve()));
      });
    archive.finalize();
  };
  fill().catch((error: Error) => archive.destroy(error));
  return Readable.from(archive);
};
