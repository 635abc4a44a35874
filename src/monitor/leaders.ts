import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../domain/database.ts';
import { readPatroniLeader } from '../activities/leader.ts';
import type { MonitorDependencies } from './dependencies.ts';

const lookEveryMs = 2000;

/** Patroni has the last word on who leads: follows it and records every change that no operation made. */
export const watchLeaders = async (dependencies: MonitorDependencies, signal: AbortSignal): Promise<void> => {
  const { store, log } = dependencies;
  while (!signal.aborted) {
    try {
      const databases = await store.listDatabases({});
      await Promise.all(
        databases.filter(({ topology }) => topology.stage === 3).map((database) => follow(dependencies, database)),
      );
    } catch (error) {
      log.warn({ error: String(error) }, 'leaders not read');
    }
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
};

const follow = async (dependencies: MonitorDependencies, database: Database): Promise<void> => {
  const { store } = dependencies;
  if (await store.readRunningOperation(database.id)) return;
  const leader = await readPatroniLeader(dependencies, database);
  const previous = database.topology.primary;
  if (!leader || leader.name === previous) return;
  await store.saveTopology(database.id, { ...database.topology, primary: leader.name });
  await store.recordEvent({
    service_id: database.id,
    event_type: 'leader_changed',
    from_stage: 3,
    to_stage: 3,
    metadata: { previous_leader: previous, new_leader: leader.name, timeline: leader.timeline },
    key: `${database.id}-leader-${leader.timeline}-${leader.name}`,
  });
};
