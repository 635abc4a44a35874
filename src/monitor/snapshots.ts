import type { Database } from '../domain/database.ts';
import { messageOf } from '../domain/errors.ts';
import { labelNames } from '../domain/naming.ts';
import { retentionHours } from '../domain/snapshot.ts';
import { atIntervals } from './at-intervals.ts';
import type { MonitorDependencies } from './dependencies.ts';

const lookEveryMs = 60_000;
const retentionMs = retentionHours * 3_600_000;

/** Removes snapshots whose time is over, and those of databases that are gone. */
export const expireSnapshots = (dependencies: MonitorDependencies, signal: AbortSignal): Promise<void> =>
  atIntervals({
    whenItFails: 'snapshots not looked at',
    everyMs: lookEveryMs,
    log: dependencies.log,
    signal,
    once: () => expireOnce(dependencies, Date.now()),
  });

/** `now`: milliseconds since the epoch. */
export const expireOnce = async (dependencies: MonitorDependencies, now: number): Promise<void> => {
  const { store, log } = dependencies;
  await removeOrphans(dependencies);
  for (const database of await store.listDatabases({})) {
    await expire(dependencies, database, now).catch((error: unknown) =>
      log.warn({ error: String(error), database: database.name }, 'snapshot not removed'),
    );
  }
};

const expire = async (
  { store, platform, log }: MonitorDependencies,
  database: Database,
  now: number,
): Promise<void> => {
  if (database.held || (await store.isBusy(database.id))) return;
  const checkpoint = await store.readOpenCheckpoint(database.id);
  for (const snapshot of await store.listSnapshots(database.id)) {
    if (snapshot.id === checkpoint?.snapshot_id) continue;
    if (snapshot.expires_at === null) {
      // Its checkpoint was used up by a rollback, or closed without saying so: the retention begins now.
      await store.recordSnapshot({ ...snapshot, expires_at: new Date(now + retentionMs).toISOString() });
      continue;
    }
    if (Date.parse(snapshot.expires_at) > now) continue;
    await platform.removeVolume(snapshot.volume);
    await store.removeSnapshot(database.id, snapshot.id);
    log.info({ database: database.name, snapshot: snapshot.id }, 'snapshot expired');
  }
};

/** Volumes of snapshots whose database was destroyed. What these metadata have never heard of is left alone. */
const removeOrphans = async ({ store, platform, home, log }: MonitorDependencies): Promise<void> => {
  const removeOrphan = async (volume: string): Promise<void> => {
    const id = (await platform.readLabels('volume', volume))?.[labelNames.database];
    if (id === undefined || (await store.readDatabase(id))) return;
    const last = await store.readLastOperation(id);
    if (!last || last.status === 'running') return;
    await platform.removeVolume(volume);
    log.info({ database: last.database, volume }, 'snapshot of a destroyed database removed');
  };
  const { volumes } = await platform.findByLabels({ [labelNames.home]: home, [labelNames.kind]: 'snapshot' });
  for (const volume of volumes) {
    await removeOrphan(volume).catch((error: unknown) => log.warn({ error: messageOf(error), volume }, 'not removed'));
  }
};
