import { setTimeout as delay } from 'node:timers/promises';
import { readLeadership } from '../activities/leader.ts';
import type { PgrowClient } from '../client/client.ts';
import type { Database } from '../domain/database.ts';
import { messageOf } from '../domain/errors.ts';
import { failBackTo, steadyLagBytes, type LeaderChange } from '../domain/fail-back.ts';
import type { Event } from '../store/events.ts';
import type { MonitorDependencies } from './dependencies.ts';

const lookEveryMs = 5000;
/** More than one change of leader leaves in between. */
const eventsRead = 50;

type SteadySince = Map<string, number>;

/** Where `auto_failback` is on, the node that led before a failover leads again by an ordinary switchover. */
export const failBack = async (
  dependencies: MonitorDependencies & { readonly client: PgrowClient },
  signal: AbortSignal,
): Promise<void> => {
  const { store, client, log } = dependencies;
  const steady = new Map<string, SteadySince>();
  while (!signal.aborted) {
    try {
      for (const database of await store.listDatabases({})) {
        if (!database.topology.ha?.auto_failback || (await store.readRunningOperation(database.id))) continue;
        const steadySince = steady.get(database.id) ?? new Map<string, number>();
        steady.set(database.id, steadySince);
        const target = await choose(dependencies, database, steadySince);
        if (target === null) continue;
        log.info({ database: database.name, node: target }, 'failing back');
        await client.start(
          'switchover',
          { service_id: database.id, actor: 'auto_failback', target_node: target, on_obstacle: 'wait' },
          { database: database.name, stage: 3 },
        );
      }
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'failback not looked at');
    }
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
};

const choose = async (
  dependencies: MonitorDependencies,
  database: Database,
  steadySince: SteadySince,
): Promise<string | null> => {
  const now = Date.now();
  const { leader, candidates } = await readLeadership(dependencies, database);
  const withoutLag = candidates.filter(({ state, lag_bytes }) => state === 'streaming' && lag_bytes <= steadyLagBytes);
  for (const name of steadySince.keys()) {
    if (!withoutLag.some((candidate) => candidate.name === name)) steadySince.delete(name);
  }
  for (const { name } of withoutLag) if (!steadySince.has(name)) steadySince.set(name, now);
  const events = await dependencies.store.listEvents(database.id, eventsRead);
  return failBackTo({ leader, changes: events.flatMap(toLeaderChange), steadySince, now });
};

const toLeaderChange = ({ event_type, metadata, created_at }: Event): readonly LeaderChange[] => {
  const { previous_leader, new_leader } = metadata;
  if (!['switchover', 'leader_changed'].includes(event_type)) return [];
  if (typeof previous_leader !== 'string' || typeof new_leader !== 'string') return [];
  return [{ planned: event_type === 'switchover', previous_leader, new_leader, at: Date.parse(created_at) }];
};
