import type { Database } from '../domain/database.ts';
import { nodesOf } from '../domain/topology.ts';
import { readPatroniLeader } from '../nodes/leader.ts';
import { openSession, reconnectPoolers } from '../nodes/session.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { everyDatabase } from './every-database.ts';
import type { Failing } from './guard-leaders.ts';

const lookEveryMs = 2000;

/** Patroni has the last word on who leads: follows it and records every change that no operation made. */
export const watchLeaders = (
  dependencies: MonitorDependencies,
  failing: Failing,
  signal: AbortSignal,
): Promise<void> => {
  const rounds = { otherwise: 'leader not read', everyMs: lookEveryMs, signal, stage: 3 } as const;
  return everyDatabase(dependencies, rounds, (database) => follow(dependencies, failing, database));
};

const follow = async (dependencies: MonitorDependencies, failing: Failing, database: Database): Promise<void> => {
  const { store } = dependencies;
  const leader = await readPatroniLeader(dependencies, database);
  if (!leader || (await store.isBusy(database.id))) return;
  // What an operation or a failover has recorded since the databases were listed is no news.
  const known = await store.readDatabase(database.id);
  const previous = known?.topology.primary;
  // One that is being seen through is recorded in a moment. To cut its poolers' new connections would fail their clients.
  if (!known?.topology.ha || !previous || leader.name === previous || failing.has(known.id)) return;
  if (!(await store.setPrimary(known.id, previous, leader.name))) return;
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
