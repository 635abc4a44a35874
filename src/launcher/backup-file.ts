import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { damaged, endLine, parseLine, parseManifest, type BackupFile, type BackupManifest } from '../domain/backup.ts';
import { messageOf, PgrowError } from '../domain/errors.ts';

/** A backup that has been read through and is whole. */
export interface Backup {
  readonly manifest: BackupManifest;
  readonly files: readonly BackupFile[];
  /** SHA-256 of all its lines but the last. */
  readonly checksum: string;
  /** Its rows, decompressed once more. */
  readonly rows: () => AsyncIterable<{ readonly table: string; readonly line: string }>;
}

/** Adds the end to the lines of a backup, as which lines without it are not accepted. */
export async function* withEnd(lines: AsyncIterable<string>): AsyncGenerator<string> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const line of lines) {
    hash.update(`${line}\n`);
    count += 1;
    yield `${line}\n`;
  }
  yield `${endLine(count, hash.digest('hex'))}\n`;
}

/**
 * Reads a backup through to its end.
 * @param from path, or `-` for standard input
 * @throws PgrowError `invalid_input` for one that is no backup, truncated or damaged
 */
export const readBackup = async (from: string): Promise<Backup> => {
  const bytes = await readBytes(from);
  const hash = createHash('sha256');
  const files: BackupFile[] = [];
  const rows: Record<string, number> = {};
  let manifest: BackupManifest | null = null;
  let checksum: string | null = null;
  let count = 0;
  for await (const line of linesIn(bytes)) {
    if (checksum !== null) throw damaged('it goes on after its end');
    if (manifest === null) manifest = parseManifest(line);
    else {
      const parsed = parseLine(line);
      if (parsed.kind === 'end') {
        checksum = hash.digest('hex');
        if (parsed.lines !== count || parsed.sha256 !== checksum) throw damaged('its checksum is wrong');
        continue;
      }
      if (parsed.kind === 'file') files.push(parsed.file);
      else rows[parsed.table] = (rows[parsed.table] ?? 0) + 1;
    }
    hash.update(`${line}\n`);
    count += 1;
  }
  if (manifest === null) throw damaged('it is empty');
  if (checksum === null) throw damaged('its end is missing');
  refuseIncomplete(manifest, files, rows);
  return { manifest, files, checksum, rows: () => rowsIn(bytes) };
};

const refuseIncomplete = (
  { files: names, tables }: BackupManifest,
  files: readonly BackupFile[],
  rows: Readonly<Record<string, number>>,
) => {
  const lacking = names.find((name) => !files.some(({ file }) => file === name));
  if (lacking !== undefined) throw damaged(`it lacks the file ${lacking}`);
  for (const [table, expected] of Object.entries(tables))
    if ((rows[table] ?? 0) !== expected) throw damaged(`it has ${rows[table] ?? 0} of ${expected} rows of ${table}`);
};

const readBytes = async (from: string): Promise<Buffer> => {
  if (from === '-') return Buffer.concat(await process.stdin.toArray());
  try {
    return await readFile(from);
  } catch (error) {
    throw new PgrowError('invalid_input', `The backup cannot be read: ${messageOf(error)}`, { cause: error });
  }
};

async function* rowsIn(bytes: Buffer): AsyncGenerator<{ readonly table: string; readonly line: string }> {
  let first = true;
  for await (const line of linesIn(bytes)) {
    const parsed = first ? null : parseLine(line);
    first = false;
    if (parsed?.kind === 'row') yield { table: parsed.table, line };
  }
}

const newline = 0x0a;

/** Not by `readline`: it also ends lines at characters that may stand in JSON. */
async function* linesIn(bytes: Buffer): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  try {
    for await (const chunk of Readable.from([bytes]).pipe(createGunzip()) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
        yield Buffer.concat([...rest, chunk.subarray(from, at)]).toString();
        rest = [];
        from = at + 1;
      }
      if (from < chunk.length) rest.push(chunk.subarray(from));
    }
  } catch (error) {
    throw error instanceof PgrowError ? error : damaged(messageOf(error));
  }
  if (rest.length > 0) throw damaged('its last line has no end');
}
