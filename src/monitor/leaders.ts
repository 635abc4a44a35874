import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../domain/database.ts';
import { nodesOf } from '../domain/topology.ts';
import { readPatroniLeader } from '../activities/leader.ts';
import { openSession, reconnectPoolers } from '../activities/session.ts';
import type { MonitorDependencies } from './dependencies.ts';
import type { Failing } from './guard-leaders.ts';

const lookEveryMs = 2000;

/** Patroni has the last word on who leads: follows it and records every change that no operation made. */
export const watchLeaders = async (
  dependencies: MonitorDependencies,
  failing: Failing,
  signal: AbortSignal,
): Promise<void> => {
  const { store, log } = dependencies;
  while (!signal.aborted) {
    try {
      const databases = await store.listDatabases({});
      await Promise.all(
        databases
          .filter(({ topology }) => topology.stage === 3)
          .map((database) => follow(dependencies, failing, database)),
      );
    } catch (error) {
      log.warn({ error: String(error) }, 'leaders not read');
    }
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
};

const follow = async (dependencies: MonitorDependencies, failing: Failing, database: Database): Promise<void> => {
  const { store } = dependencies;
  const leader = await readPatroniLeader(dependencies, database);
  if (!leader || (await store.readRunningOperation(database.id))) return;
  // What an operation or a failover has recorded since the databases were listed is no news.
  const known = await store.readDatabase(database.id);
  const previous = known?.topology.primary;
  // One that is being seen through is recorded in a moment. To cut its poolers' new connections would fail their clients.
  if (!known?.topology.ha || leader.name === previous || failing.has(known.id)) return;
  await store.saveTopology(known.id, { ...known.topology, primary: leader.name });
  await store.recordEvent({
    service_id: known.id,
    event_type: 'leader_changed',
    from_stage: 3,
    to_stage: 3,
    metadata: { previous_leader: previous, new_leader: leader.name, timeline: leader.timeline },
    key: `${known.id}-leader-${leader.timeline}-${leader.name}`,
  });
  await reconnectPoolers(await openSession(dependencies, known.id), nodesOf(known.topology, 'pgbouncer'));
};
