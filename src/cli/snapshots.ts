import type { Command } from 'commander';
import { postgresPath } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { print, printJson } from './output.ts';
import { formatBytes } from './status-text.ts';
import { alignColumns } from './table.ts';

interface SnapshotView {
  readonly id: string;
  readonly volume: string;
  readonly bytes: number | null;
  readonly created_at: string;
  readonly expires_at: string | null;
}

export const snapshots = (program: Command): void => {
  program
    .command('snapshots <name>')
    .description('list the snapshots of a database, the latest first')
    .option('--json', 'print them as one JSON document')
    .action(async (database: string, { json }: { json?: true }) => {
      const document = await connectToApi().get<{ snapshots: readonly SnapshotView[] }>(
        postgresPath(database, 'snapshots'),
      );
      if (json) return printJson(document);
      snapshotsText(document.snapshots).forEach(print);
    });
};

export const snapshotsText = (all: readonly SnapshotView[]): string[] =>
  all.length === 0
    ? ['No snapshots.']
    : alignColumns([
        ['TAKEN', 'ID', 'SIZE', 'KEPT UNTIL', 'VOLUME'],
        ...all.map(({ created_at, id, bytes, expires_at, volume }) => [
          created_at,
          id,
          bytes === null ? '-' : formatBytes(bytes),
          expires_at ?? 'its checkpoint closes',
          volume,
        ]),
      ]);
