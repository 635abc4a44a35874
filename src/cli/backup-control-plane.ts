import type { Command } from 'commander';
import type { BackupManifest } from '../domain/backup.ts';
import { PgrowError } from '../domain/errors.ts';
import { print, printJson, printProgress } from './output.ts';

export const backupControlPlane = (program: Command): void => {
  program
    .command('backup-control-plane <file>')
    .description(
      'write home and metadata of the control plane, with its key, to a new file, or to standard output ("-")',
    )
    .option('--json', 'print what it holds as one JSON document')
    .action(async (to: string, { json }: { json?: true }) => {
      if (json && to === '-')
        throw new PgrowError('malformed_request', 'Standard output carries the backup: --json needs a file.');
      const { backUpControlPlane } = await import('../launcher/backup-control-plane.ts');
      const { file, manifest } = await backUpControlPlane(to);
      if (json) {
        const { home: home_id, ...content } = manifest;
        return printJson({ file, home_id, ...content });
      }
      const say = file === null ? printProgress : print;
      say(`Backup of ${manifest.taken_at}: ${holds(manifest)}${file === null ? '' : `, in ${file}`}`);
      say('It holds the key of all passwords: keep it where only you can read it.');
    });
};

/** In words. */
export const holds = ({ databases, tables, files }: BackupManifest): string => {
  const rows = Object.values(tables).reduce((sum, count) => sum + count, 0);
  const names = databases.length === 0 ? '' : ` (${databases.map(({ name }) => name).join(', ')})`;
  const word = databases.length === 1 ? 'database' : 'databases';
  return `${databases.length} ${word}${names}, ${rows} rows of metadata, ${files.length} files of the home`;
};
