import type { Command } from 'commander';
import { formatBytes } from '../domain/format-bytes.ts';
import type { Snapshot, Verification } from '../domain/snapshot.ts';
import { postgresPath, type ApiClient } from './api-client.ts';
import { connectToApi } from './connect-to-api.ts';
import { formatMs } from './duration.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { print, printJson, printProgress } from './output.ts';
import { readPages } from './read-pages.ts';
import { alignColumns } from './table.ts';

type SnapshotView = Omit<Snapshot, 'service_id' | 'operation_id'>;

interface SnapshotsFlags {
  readonly verify?: string;
  readonly json?: true;
}

export const snapshots = (program: Command): void => {
  program
    .command('snapshots <name>')
    .description('list the snapshots of a database, newest first')
    .option('--verify <id>', 'verify one snapshot instead and print the result')
    .option('--json', 'print them as one JSON document')
    .action(async (database: string, { verify, json }: SnapshotsFlags) => {
      const api = connectToApi();
      if (verify !== undefined) {
        process.exitCode = await verifySnapshot(api, { database, id: verify, json: json === true });
        return;
      }
      const path = postgresPath(database, 'snapshots');
      const found = await Array.fromAsync(readPages<SnapshotView>(api, path, 'snapshots'));
      if (json) return printJson({ snapshots: found });
      snapshotsText(found).forEach(print);
    });
};

interface VerifiedView {
  readonly snapshot: SnapshotView;
  readonly verification: Verification | { readonly status: 'running' };
}

interface Verify {
  readonly database: string;
  readonly id: string;
  readonly json: boolean;
}

/** A damaged snapshot is a failure. The API answers before a large one has been read: asking again waits on. */
export const verifySnapshot = async (api: ApiClient, { database, id, json }: Verify): Promise<ExitCode> => {
  const path = postgresPath(database, `snapshots/${encodeURIComponent(id)}/verify`);
  for (let ask = 1; ; ask += 1) {
    const document = await api.post<VerifiedView>(path, {});
    const { snapshot, verification } = document;
    if (verification.status === 'running') {
      if (ask === 1) printProgress(`${snapshot.id} is being verified.`);
      continue;
    }
    if (json) printJson(document);
    else verificationText(snapshot, verification).forEach(print);
    return verification.status === 'whole' ? exitCodes.done : exitCodes.failed;
  }
};

export const verificationText = (
  { id, bytes }: Pick<Snapshot, 'id' | 'bytes'>,
  { status, found, duration_ms }: Verification,
): string[] => {
  const read = `${bytes === null ? '' : `${formatBytes(bytes)} `}read in ${formatMs(duration_ms)}`;
  return [`${id} is ${status}: ${read}.`, ...found.map((line) => `  ${line}`)];
};

export const snapshotsText = (all: readonly SnapshotView[]): string[] =>
  all.length === 0
    ? ['No snapshots.']
    : alignColumns([
        ['TAKEN', 'ID', 'SIZE', 'VERIFIED', 'KEPT UNTIL', 'VOLUME'],
        ...all.map(({ created_at, id, bytes, expires_at, volume, ...verified }) => [
          created_at,
          id,
          bytes === null ? '-' : formatBytes(bytes),
          verifiedText(verified),
          expires_at ?? 'its checkpoint closes',
          volume,
        ]),
      ]);

const verifiedText = ({ verified_at, damage }: Pick<Snapshot, 'verified_at' | 'damage'>): string => {
  if (damage !== null) return 'damaged';
  return verified_at ?? 'never';
};
