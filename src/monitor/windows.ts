import type { PgrowClient } from '../client/client.ts';
import type { Database } from '../domain/database.ts';
import { messageOf } from '../domain/errors.ts';
import { readWindow } from '../store/rollback-window.ts';
import { atIntervals } from './at-intervals.ts';
import type { MonitorDependencies } from './dependencies.ts';

type WindowDependencies = Pick<MonitorDependencies, 'store' | 'log'> & {
  readonly client: Pick<PgrowClient, 'isWindowServed' | 'serveWindow'>;
};

const lookEveryMs = 15_000;

/**
 * Restarts the workflow of an open rollback window that was terminated, or lost with Temporal's database: without it the
 * stage is not watched, and what is kept for a rollback is never removed.
 */
export const serveWindows = (dependencies: WindowDependencies, signal: AbortSignal): Promise<void> =>
  atIntervals({
    whenItFails: 'rollback windows not looked at',
    everyMs: lookEveryMs,
    log: dependencies.log,
    signal,
    once: () => serveWindowsOnce(dependencies),
  });

export const serveWindowsOnce = async (dependencies: WindowDependencies): Promise<void> => {
  const open = await dependencies.store.listOpenWindows();
  if (open.size === 0) return;
  for (const database of await dependencies.store.listDatabases({})) {
    if (!open.has(database.id) || database.held) continue;
    await serve(dependencies, database).catch((error: unknown) =>
      dependencies.log.warn({ error: messageOf(error), database: database.name }, 'rollback window not looked at'),
    );
  }
};

const serve = async ({ store, client, log }: WindowDependencies, database: Database): Promise<void> => {
  const { id, name, topology } = database;
  if (await client.isWindowServed(id)) return;
  // Read after its workflow was found to be gone: one that closed meanwhile has recorded that.
  const window = await readWindow(store, database);
  if (!window) return;
  if (window.until) await store.extendCheckpoint(window.checkpoint, window.until);
  await client.serveWindow(window, { database: name, stage: topology.stage });
  log.warn({ database: name, checkpoint: window.checkpoint, until: window.until }, 'rollback window begun again');
};
