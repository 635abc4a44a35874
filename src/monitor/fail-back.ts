import { readCandidates } from '../nodes/leader.ts';
import type { PgrowClient } from '../client/client.ts';
import type { Database } from '../domain/database.ts';
import { failBackTo, steadyLagBytes, type LeaderChange } from '../domain/fail-back.ts';
import { obstacleOf } from '../domain/plan/choose-candidate.ts';
import type { Event } from '../store/events.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { everyDatabase } from './every-database.ts';

const lookEveryMs = 5000;
/** More than one change of leader leaves in between. */
const eventsRead = 50;

/** Of one database, by node, in milliseconds since the epoch. */
interface Memory {
  readonly steadySince: Map<string, number>;
  readonly triedAt: Map<string, number>;
}

/** Where `auto_failback` is on, the node that led before a failover leads again by an ordinary switchover. */
export const failBack = (
  dependencies: MonitorDependencies & { readonly client: Pick<PgrowClient, 'start'> },
  signal: AbortSignal,
  { everyMs = lookEveryMs, now = Date.now } = {},
): Promise<void> => {
  const { store, client, log } = dependencies;
  const memories = new Map<string, Memory>();
  const lookAt = async (database: Database): Promise<void> => {
    if (await store.isBusy(database.id)) {
      // What an operation does to it is no steady minute.
      memories.get(database.id)?.steadySince.clear();
      return;
    }
    const memory = memories.get(database.id) ?? { steadySince: new Map(), triedAt: new Map() };
    memories.set(database.id, memory);
    const target = await choose(dependencies, database, memory, now());
    if (target === null) return;
    // Whatever becomes of it: one that is refused would be refused again, and is recorded as an operation each time.
    memory.triedAt.set(target, now());
    log.info({ database: database.name, node: target }, 'failing back');
    await client.start(
      'switchover',
      { service_id: database.id, actor: 'auto_failback', target_node: target, on_obstacle: 'wait' },
      { database: database.name, stage: 3 },
    );
  };
  const of = ({ topology }: Database) => topology.ha?.auto_failback === true;
  const onRound = (databases: readonly Database[]): void => {
    const seen = new Set(databases.map(({ id }) => id));
    for (const [id, { steadySince }] of memories) if (!seen.has(id)) steadySince.clear();
  };
  const rounds = { otherwise: 'failback not looked at', everyMs, signal, stage: 3, of, onRound } as const;
  return everyDatabase(dependencies, rounds, lookAt);
};

const choose = async (
  dependencies: MonitorDependencies,
  database: Database,
  { steadySince, triedAt }: Memory,
  now: number,
): Promise<string | null> => {
  const { leader, candidates } = await readCandidates(dependencies, database);
  const fit = candidates.filter(
    (candidate) => obstacleOf(candidate, database.topology, false) === null && candidate.lag_bytes <= steadyLagBytes,
  );
  for (const name of steadySince.keys()) {
    if (!fit.some((candidate) => candidate.name === name)) steadySince.delete(name);
  }
  for (const { name } of fit) if (!steadySince.has(name)) steadySince.set(name, now);
  const events = await dependencies.store.listEvents(database.id, eventsRead);
  return failBackTo({ leader, changes: events.flatMap(toLeaderChange), steadySince, triedAt, now });
};

const toLeaderChange = ({ event_type, metadata, created_at }: Event): readonly LeaderChange[] => {
  const { previous_leader, new_leader } = metadata;
  if (!['switchover', 'leader_changed'].includes(event_type)) return [];
  if (typeof previous_leader !== 'string' || typeof new_leader !== 'string') return [];
  return [{ planned: event_type === 'switchover', previous_leader, new_leader, at: Date.parse(created_at) }];
};
