import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { backupFormat, fileLine, manifestLine, rowLine, type BackupManifest } from '../domain/backup.ts';
import { readBackup, withEnd } from './backup-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'pgrow-backup-'));
afterAll(() => rmSync(folder, { recursive: true }));

const manifest: BackupManifest = {
  format: backupFormat,
  pgrow: '1.0.0 (aaaa)',
  home: '1a2b3c4d',
  taken_at: '2026-11-28T03:00:00.000Z',
  schema: [],
  databases: [],
  tables: { services: 2 },
  files: ['id'],
};
/** U+2028 ends a line for JavaScript, and not in JSON; the number is larger than JavaScript's. */
const rows = ['{"name":"a\u2028b","bytes":9007199254740993}', '{"name":"ü"}'].map((row) => rowLine('services', row));

const write = async (lines: readonly string[]): Promise<Buffer> => {
  const given = async function* () {
    yield* lines;
  };
  return gzipSync((await Array.fromAsync(withEnd(given()))).join(''));
};
const whole = () => write([manifestLine(manifest), fileLine({ file: 'id', content: '1a2b3c4d\n' }), ...rows]);
const read = (bytes: Buffer) => {
  const path = join(folder, 'backup');
  writeFileSync(path, bytes);
  return readBackup(path);
};

test('what was written is read again, byte for byte', async () => {
  const backup = await read(await whole());
  expect(backup).toMatchObject({ manifest, files: [{ file: 'id', content: '1a2b3c4d\n' }] });
  expect(await Array.fromAsync(backup.rows())).toEqual(rows.map((line) => ({ table: 'services', line })));
});

test('one that is truncated anywhere is refused', async () => {
  const bytes = await whole();
  for (const length of [0, 1, 20, Math.floor(bytes.length / 2), bytes.length - 1])
    await expect(read(bytes.subarray(0, length)), `${length} bytes`).rejects.toThrow(
      /^The backup is truncated or damaged/,
    );
  const lines = gunzipSync(bytes).toString().split('\n');
  for (let count = 0; count < lines.length - 2; count += 1) {
    const text = lines.slice(0, count).map((line) => `${line}\n`);
    await expect(read(gzipSync(text.join(''))), `${count} lines`).rejects.toThrow(/truncated or damaged/);
  }
});

test('one in which anything was changed, or is missing, is refused', async () => {
  const text = gunzipSync(await whole()).toString();
  await expect(read(gzipSync(text.replace('ü', 'u')))).rejects.toThrow(/checksum is wrong/);
  await expect(read(gzipSync(`${text}{"more":1}\n`))).rejects.toThrow(/goes on after its end/);
  await expect(read(await write([manifestLine(manifest), ...rows]))).rejects.toThrow(/lacks the file id/);
  const file = fileLine({ file: 'id', content: '' });
  await expect(read(await write([manifestLine(manifest), file, rows[0]!]))).rejects.toThrow(/1 of 2 rows of services/);
});

test('what is no backup, and one of a later format, are told apart', async () => {
  await expect(read(Buffer.from('PGDMP'))).rejects.toThrow(/truncated or damaged: incorrect header check/);
  await expect(read(await write(['{}']))).rejects.toThrow(/does not begin as a backup of pgrow/);
  await expect(read(await write([manifestLine({ ...manifest, format: 2 })]))).rejects.toThrow(/has format 2/);
  await expect(readBackup(join(folder, 'none'))).rejects.toThrow(/^The backup cannot be read: ENOENT/);
});
