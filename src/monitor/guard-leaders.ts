import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../domain/errors.ts';
import type { Database } from '../domain/database.ts';
import { isLeftAlone } from '../domain/held-records.ts';
import { labelNames } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import type { ContainerEvent } from '../platform/platform.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { createArmedFailovers, type ArmedFailovers } from './armed-failovers.ts';
import type { ArmedFailover, Failover } from './fail-over.ts';
import { revive } from './revive.ts';

/** Milliseconds a leader may stand still before it is fenced: a moment's pause of the engine is no failure. */
const frozenLimitMs = 2000;

/** Milliseconds clients wait on a mere suspicion: a server that has crashed serves again within them, or its container exits. */
const suspicionLimitMs = 3000;
const suspicionLookMs = 20;

/** Databases whose leader is being succeeded: until then no other part acts on what Patroni says of them. */
export type Failing = Set<string>;

/**
 * Acts on the engine's word, never on a suspicion: a leader that has exited is succeeded at once, one that is frozen is
 * killed first. On a suspicion clients are only held. What an operation does to its nodes is its own affair.
 */
export const guardLeaders = async (
  dependencies: MonitorDependencies,
  failing: Failing,
  signal: AbortSignal,
): Promise<void> => {
  const { platform, home, log } = dependencies;
  const unseen = (container: string) => (error: unknown) =>
    log.warn({ error: messageOf(error), container }, 'failover not seen through');
  const armed = createArmedFailovers(dependencies, (failover) => {
    void suspect(dependencies, failing, failover).catch(unseen(failover.leader.container));
  });
  const react = async () => {
    for await (const event of platform.watch({ [labelNames.home]: home }, signal)) {
      void reactTo(dependencies, failing, armed, event, signal).catch(unseen(event.container));
    }
  };
  await Promise.all([armed.keep(signal), react()]);
};

/** Its server has gone without a word. Whether its container has exited is for the engine to say. */
const suspect = async (dependencies: MonitorDependencies, failing: Failing, failover: ArmedFailover): Promise<void> => {
  const { store } = dependencies;
  const { database } = failover;
  // At once: clients that reconnect before they are held are refused.
  failover.holdClients();
  try {
    if (await isNoCase(store, database.id)) return;
    const deadline = performance.now() + suspicionLimitMs;
    while (performance.now() < deadline) {
      if (await failover.leaderHasExited('nothing reported'))
        return await succeed(dependencies, failing, failover, Date.now());
      if (await failover.leaderTakesWrites().catch(() => false)) return;
      await delay(suspicionLookMs);
    }
  } finally {
    await failover.releaseClients();
  }
};

const reactTo = async (
  dependencies: MonitorDependencies,
  failing: Failing,
  armed: ArmedFailovers,
  event: ContainerEvent,
  signal: AbortSignal,
): Promise<void> => {
  const id = event.labels[labelNames.database];
  const kind = event.labels[labelNames.kind];
  if (id && kind !== 'postgres' && (event.action === 'die' || event.action === 'start')) armed.distrust(id);
  if (event.action !== 'die' && event.action !== 'pause') return;
  const found = await memberOf(dependencies, event);
  if (!found) return;
  const { database, node } = found;
  if (event.action === 'pause') return fenceFrozen(dependencies, database, node, signal);
  if (node.name === database.topology.primary) {
    const failover = await armed.of(database, node);
    // An event may arrive late, when its container already runs again.
    if (await failover.leaderHasExited('exit reported')) await succeed(dependencies, failing, failover, event.at);
  }
  await revive(dependencies, database.id, node, signal);
};

/** A PostgreSQL node of stage 3 that no operation is working on. */
const memberOf = async (
  { store }: MonitorDependencies,
  { labels }: ContainerEvent,
): Promise<{ readonly database: Database; readonly node: Node } | null> => {
  const id = labels[labelNames.database];
  if (!id) return null;
  const [database, running] = await Promise.all([store.readDatabase(id), store.isBusy(id)]);
  const node = database?.topology.nodes.find(({ name }) => name === labels[labelNames.node]);
  if (!database || node?.kind !== 'postgres' || database.topology.stage !== 3) return null;
  return running || isLeftAlone(database) ? null : { database, node };
};

/** Whether an operation works on it, or nothing acts on it. */
const isNoCase = async (store: MonitorDependencies['store'], id: string): Promise<boolean> => {
  if (await store.isBusy(id)) return true;
  const database = await store.readDatabase(id);
  return database !== null && isLeftAlone(database);
};

/** `at`: milliseconds since the epoch. */
const succeed = async (
  dependencies: MonitorDependencies,
  failing: Failing,
  armed: ArmedFailover,
  at: number,
): Promise<void> => {
  const { id } = armed.database;
  if (failing.has(id)) return armed.releaseClients();
  failing.add(id);
  try {
    // What has begun since it was asked first, a stop of the database above all, may be what ended the leader.
    if (await isNoCase(dependencies.store, id)) return await armed.releaseClients();
    const failover = await armed.failOver();
    if (failover) await record(dependencies, armed, failover, at);
  } finally {
    failing.delete(id);
  }
};

const record = async (
  { store, log }: MonitorDependencies,
  { database: { id, name }, leader }: ArmedFailover,
  failover: Failover,
  at: number,
): Promise<void> => {
  log.info({ database: name, ...failover }, 'failed over');
  await store.setPrimary(id, leader.name, failover.new_leader);
  for (const event_type of ['failover', 'leader_changed'] as const) {
    await store.recordEvent({
      service_id: id,
      event_type,
      from_stage: 3,
      to_stage: 3,
      metadata: { ...failover },
      key: `${id}-${event_type}-${leader.name}-${at}`,
    });
  }
};

/** Killed, it is a leader that has exited. A frozen replica does no harm. */
const fenceFrozen = async (
  { platform, store, log }: MonitorDependencies,
  { id, name, topology }: Database,
  node: Node,
  signal: AbortSignal,
): Promise<void> => {
  if (node.name !== topology.primary) return;
  await delay(frozenLimitMs, undefined, { signal });
  const state = await platform.inspectContainer(node.container);
  if (!state?.frozen || (await isNoCase(store, id))) return;
  log.warn({ database: name, node: node.name }, 'leader frozen, fencing it');
  await platform.signalContainer(node.container, 'SIGKILL');
};
