import { serverConfinement } from '../domain/confinement.ts';
import { dataPath, serverImage, serverResources } from '../domain/container-spec.ts';
import { PgrowError } from '../domain/errors.ts';
import { containerName, databaseLabels, labelNames, networkName } from '../domain/naming.ts';
import { peerHostOf } from '../domain/peer-hosts.ts';
import { nothingSeen } from '../domain/step-record.ts';
import { explainCopy } from './copy-facts.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { lastWords } from '../nodes/last-words.ts';
import { trustedFiles } from '../nodes/identity-files.ts';
import { openSession } from '../nodes/session.ts';
import type { Action } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/** Attempts at a base backup, each into an empty volume. */
const attempts = 3;

/** Snapshots are base backups with a manifest, verified, in a volume of their own, made by a container that runs once. */
export const snapshotActions = (dependencies: Dependencies) => {
  const { platform, components, images, store } = dependencies;

  const takeSnapshot: Action<'takeSnapshot'> = async ({ of, snapshot, volume, keep_for_seconds }, step) => {
    const session = await openSession(dependencies, step.database);
    const { database } = session;
    const container = containerName(database, snapshot);
    const labels = {
      ...databaseLabels(database),
      [labelNames.operation]: step.operation,
      [labelNames.kind]: 'snapshot',
    };
    const takeOnce = async () => {
      await platform.ensureVolume({ name: volume, labels });
      const pgpass = components.postgres.pgpass({ replicationPassword: session.secrets.replication });
      await platform.ensureContainer({
        name: container,
        image: images[serverImage(database.postgres_major)],
        hostname: snapshot,
        command: ['pgrow-snapshot', peerHostOf(database.network, of)],
        network: networkName(database),
        aliases: [],
        mounts: [{ volume, path: dataPath.postgres! }],
        ports: [],
        labels,
        environment: {},
        files: [{ path: '/etc/pgrow/pgpass', content: pgpass, mode: 0o600 }, ...trustedFiles(session, of)],
        restart: 'no',
        ...serverResources(of),
        confinement: serverConfinement(of),
      });
      await platform.startContainer(container);
      await waitUntil({ for: `the snapshot of ${of.name}`, step, look });
      const bytes = sizeIn(await platform.readLogs(container, 1));
      await platform.removeContainer(container);
      return bytes;
    };
    const look = async () => {
      const state = await platform.inspectContainer(container);
      if (state?.exitCode === 0) return { found: true };
      if (!state || state.exitCode !== null) throw new PgrowError('node_failed', await whyItFailed());
      const { address } = state;
      const copy = address
        ? await session.asSuperuser(of, (c) => components.postgres.readBaseBackupProgress(c, address))
        : null;
      if (!copy) return { observed: 'verifying' };
      const { total_bytes: total, streamed_bytes } = copy;
      return { observed: `${percent(copy)} % copied`, remaining: total - streamed_bytes, total };
    };
    const whyItFailed = async () => {
      const log = await lastWords(platform, container, 3).catch(() => 'its container is gone');
      return `The snapshot of ${of.name} failed: ${log.trim()}`;
    };
    const explain = explainCopy(dependencies, session, { from: of, to: { name: snapshot, container } });
    for (let attempt = 1; ; attempt += 1) {
      try {
        const bytes = await takeOnce();
        const now = Date.now();
        return await store.recordSnapshot({
          id: snapshot,
          service_id: database.id,
          operation_id: step.operation,
          volume,
          bytes,
          verified_at: new Date(now).toISOString(),
          ...(keep_for_seconds !== undefined && {
            expires_at: new Date(now + keep_for_seconds * 1000).toISOString(),
          }),
        });
      } catch (error) {
        const mayPass = error instanceof PgrowError && error.code === 'node_failed' && !/no space/i.test(error.message);
        if (!mayPass || attempt === attempts || step.signal.aborted) return explain(error);
        const remedy = `attempt ${attempt + 1} of ${attempts}`;
        step.note(`attempt ${attempt} failed, begins again: ${error.message}`, { ...nothingSeen, remedy });
        await remove(container, volume);
      }
    }
  };

  const removeSnapshot: Action<'removeSnapshot'> = async ({ snapshot, volume }, step) => {
    const { database } = await openSession(dependencies, step.database);
    await remove(containerName(database, snapshot), volume);
    await store.removeSnapshot(database.id, snapshot);
  };

  const remove = async (container: string, volume: string) => {
    await platform.removeContainer(container);
    await platform.removeVolume(volume);
  };

  return { takeSnapshot, removeSnapshot };
};

const percent = ({ streamed_bytes, total_bytes }: { streamed_bytes: number; total_bytes: number }): number =>
  total_bytes === 0 ? 0 : Math.min(100, Math.floor((streamed_bytes / total_bytes) * 100));

/** As `pgrow-snapshot` ends. */
const sizeIn = (log: string): number | null => {
  const bytes = /complete: (\d+) bytes/.exec(log)?.[1];
  return bytes === undefined ? null : Number(bytes);
};
