import { z } from 'zod';
import { PgrowError } from './errors.ts';

/**
 * A backup of the control plane: compressed lines of JSON. The manifest comes first; then the files of the home; then each
 * row of the metadata, as PostgreSQL writes it; then a line with the checksum of all lines before it. Rows are never parsed
 * here: the numbers in them may be larger than JavaScript's.
 */

export const backupFormat = 1;

const manifestRules = z.object({
  format: z.number().int(),
  /** Version that took it, for people. */
  pgrow: z.string(),
  /** Eight hexadecimal digits. */
  home: z.string(),
  taken_at: z.string(),
  /** Migrations of the schema that the rows have, in their order. */
  schema: z.array(z.object({ name: z.string(), checksum: z.string() })),
  /** Those that exist, each with its last operation. */
  databases: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      project: z.string(),
      last_operation: z.object({ id: z.string(), type: z.string(), status: z.string() }).nullable(),
    }),
  ),
  /** Rows, by table. */
  tables: z.record(z.string(), z.number().int()),
  /** Names of files. */
  files: z.array(z.string()),
});
export type BackupManifest = z.infer<typeof manifestRules>;

/** A file of the home. */
export interface BackupFile {
  readonly file: string;
  readonly content: string;
}

/** A line without its end. */
export const manifestLine = (manifest: BackupManifest): string => JSON.stringify({ pgrow_backup: manifest });
export const fileLine = ({ file, content }: BackupFile): string => JSON.stringify({ file, content });
/** `row`: JSON as PostgreSQL has written it. */
export const rowLine = (table: string, row: string): string => `{"table":${JSON.stringify(table)},"row":${row}}`;
export const endLine = (lines: number, sha256: string): string => JSON.stringify({ end: { lines, sha256 } });

export type BackupLine =
  | { readonly kind: 'file'; readonly file: BackupFile }
  | { readonly kind: 'row'; readonly table: string }
  | { readonly kind: 'end'; readonly lines: number; readonly sha256: string };

const otherLines = z.union([
  z.strictObject({ file: z.string(), content: z.string() }),
  z.strictObject({ end: z.strictObject({ lines: z.number().int(), sha256: z.string() }) }),
]);
const rowStart = /^\{"table":"([a-z_]+)","row":\{/;

/** @throws PgrowError `invalid_input` for what is no backup, or one of a later format */
export const parseManifest = (line: string): BackupManifest => {
  const given = (parseJson(line) as { pgrow_backup?: unknown } | null)?.pgrow_backup;
  if (given === undefined) throw damaged('it does not begin as a backup of pgrow does');
  const { format } = (given ?? {}) as { format?: unknown };
  if (typeof format === 'number' && format > backupFormat)
    throw new PgrowError(
      'invalid_input',
      `The backup has format ${format}, and this version of pgrow reads format ${backupFormat}. Restore it with the version that took it.`,
    );
  const parsed = manifestRules.safeParse(given);
  if (!parsed.success) throw damaged('its first line cannot be read');
  return parsed.data;
};

/** @throws PgrowError `invalid_input` */
export const parseLine = (line: string): BackupLine => {
  const table = rowStart.exec(line)?.[1];
  if (table !== undefined) return { kind: 'row', table };
  const parsed = otherLines.safeParse(parseJson(line));
  if (!parsed.success) throw damaged('it has a line that cannot be read');
  return 'end' in parsed.data ? { kind: 'end', ...parsed.data.end } : { kind: 'file', file: parsed.data };
};

export const damaged = (how: string): PgrowError =>
  new PgrowError('invalid_input', `The backup is truncated or damaged: ${how}. Nothing was touched. Use another one.`);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
