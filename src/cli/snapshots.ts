import type { Command } from 'commander';
import { formatBytes } from '../domain/format-bytes.ts';
import type { RestoredDatabase, Snapshot, Verification } from '../domain/snapshot.ts';
import { PgrowError } from '../domain/errors.ts';
import { postgresPath, type ApiClient, type ChangeRequest } from './api-client.ts';
import { addPlannedChangeOptions, runChange, type ChangeFlags } from './change.ts';
import { connectToApi } from './connect-to-api.ts';
import { formatMs } from '../domain/format-duration.ts';
import { parseSeconds } from './duration.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { addOptions, given, patienceOptions, type PatienceFlags } from './option-groups.ts';
import { print, printJson, printProgress } from './output.ts';
import { readPages } from './read-pages.ts';
import { alignColumns } from './table.ts';

type SnapshotView = Omit<Snapshot, 'service_id' | 'operation_id'>;

export interface SnapshotsFlags extends ChangeFlags, PatienceFlags {
  readonly verify?: string;
  readonly take?: true;
  readonly keep?: number;
  readonly dryRun?: true;
}

export const snapshots = (program: Command): void => {
  const command = program
    .command('snapshots <name>')
    .description('list the snapshots of a database, newest first; verify one, or take one')
    .option('--verify <id>', 'verify one snapshot instead and print the result')
    .option('--take', 'take one of what the database holds now; an open rollback window stays open')
    .option('--keep <time>', 'of one that is taken: how long it is kept, 1h to 365d (default 24h)', parseSeconds);
  const ofTaking = addOptions(command, patienceOptions);
  addPlannedChangeOptions(ofTaking, 'print them, or the operation, as one JSON document').action(
    async (database: string, flags: SnapshotsFlags) => {
      const { verify, json = false } = flags;
      const request = snapshotRequest(flags);
      const api = connectToApi();
      if (request) {
        process.exitCode = await runChange({ api, database, ...request, flags });
        return;
      }
      if (verify !== undefined) {
        process.exitCode = await verifySnapshot(api, { database, id: verify, json });
        return;
      }
      await listSnapshots(api, { database, json });
    },
  );
};

/**
 * Null where none is to be taken.
 * @throws PgrowError `malformed_request` for flags that do not go together
 */
export const snapshotRequest = (flags: SnapshotsFlags): ChangeRequest | null => {
  const { take, verify, keep, patience } = flags;
  if (take && verify !== undefined)
    throw new PgrowError('malformed_request', '--take cannot be combined with --verify.');
  const needTake = ['keep', 'patience', 'dryRun', 'detach', 'idempotencyKey', 'planDigest'] as const;
  const [first] = needTake.filter((name) => flags[name] !== undefined);
  if (!take && first !== undefined) {
    const flag = first.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new PgrowError('malformed_request', `--${flag} requires --take.`);
  }
  return take ? { path: 'snapshots', body: given({ keep_for: keep, patience }) } : null;
};

interface Listed {
  readonly database: string;
  readonly json: boolean;
}

export const listSnapshots = async (api: Pick<ApiClient, 'get'>, { database, json }: Listed): Promise<void> => {
  const path = postgresPath(database, 'snapshots');
  const found = await Array.fromAsync(readPages<SnapshotView>(api, path, 'snapshots'));
  // Every page of the list has all of them; one of an earlier version has none.
  const { restored = [] } = await api.get<{ readonly restored?: readonly RestoredDatabase[] }>(`${path}?limit=1`);
  if (json) return printJson({ snapshots: found, restored });
  [...snapshotsText(found), ...restoredText(restored)].forEach(print);
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

/** What began with one of them, which may be gone since. */
export const restoredText = (all: readonly RestoredDatabase[]): string[] =>
  all.length === 0
    ? []
    : [
        '',
        ...alignColumns([
          ['RESTORED', 'DATABASE', 'SNAPSHOT', 'TAKEN'],
          ...all.map(({ restored_at, name, snapshot, taken_at }) => [restored_at, name, snapshot, taken_at]),
        ]),
      ];

const verifiedText = ({ verified_at, damage }: Pick<Snapshot, 'verified_at' | 'damage'>): string => {
  if (damage !== null) return 'damaged';
  return verified_at ?? 'never';
};
