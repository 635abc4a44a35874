import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../domain/errors.ts';
import type { Database } from '../domain/database.ts';
import { labelNames } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import type { ContainerEvent } from '../platform/platform.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { failOver } from './fail-over.ts';
import { revive } from './revive.ts';

/** Milliseconds a leader may stand still before it is fenced: a moment's pause of the engine is no failure. */
const frozenLimitMs = 2000;

/**
 * Acts on the engine's word, never on a suspicion: a leader that has exited is succeeded at once, one that is frozen is
 * killed first. What an operation does to its nodes is its own affair.
 */
export const guardLeaders = async (dependencies: MonitorDependencies, signal: AbortSignal): Promise<void> => {
  const { platform, home, log } = dependencies;
  for await (const event of platform.watch({ [labelNames.home]: home }, signal)) {
    void react(dependencies, event, signal).catch((error: unknown) =>
      log.warn({ error: messageOf(error), container: event.container }, 'failover not seen through'),
    );
  }
};

const react = async (dependencies: MonitorDependencies, event: ContainerEvent, signal: AbortSignal): Promise<void> => {
  if (event.action !== 'die' && event.action !== 'pause') return;
  const found = await memberOf(dependencies, event);
  if (!found) return;
  const { database, node } = found;
  if (event.action === 'pause') return fenceFrozen(dependencies, database, node, signal);
  if (node.name === database.topology.primary) await succeed(dependencies, database, node, event);
  await revive(dependencies, database.id, node, signal);
};

/** A PostgreSQL node of stage 3 that no operation is at work on. */
const memberOf = async (
  { store }: MonitorDependencies,
  { labels }: ContainerEvent,
): Promise<{ readonly database: Database; readonly node: Node } | null> => {
  const id = labels[labelNames.database];
  if (!id) return null;
  const [database, running] = await Promise.all([store.readDatabase(id), store.readRunningOperation(id)]);
  const node = database?.topology.nodes.find(({ name }) => name === labels[labelNames.node]);
  if (!database || node?.kind !== 'postgres' || database.topology.stage !== 3) return null;
  return running ? null : { database, node };
};

const succeed = async (
  dependencies: MonitorDependencies,
  database: Database,
  node: Node,
  { at }: ContainerEvent,
): Promise<void> => {
  const { store, log } = dependencies;
  const failover = await failOver(dependencies, database, node);
  if (!failover) return;
  log.info({ database: database.name, ...failover }, 'failed over');
  const known = await store.readDatabase(database.id);
  if (known) await store.saveTopology(database.id, { ...known.topology, primary: failover.new_leader });
  for (const event_type of ['failover', 'leader_changed'] as const) {
    await store.recordEvent({
      service_id: database.id,
      event_type,
      from_stage: 3,
      to_stage: 3,
      metadata: { ...failover },
      key: `${database.id}-${event_type}-${node.name}-${at}`,
    });
  }
};

/** Killed, it is a leader that has exited. A replica that stands still harms nobody. */
const fenceFrozen = async (
  { platform, store, log }: MonitorDependencies,
  { id, name, topology }: Database,
  node: Node,
  signal: AbortSignal,
): Promise<void> => {
  if (node.name !== topology.primary) return;
  await delay(frozenLimitMs, undefined, { signal });
  const state = await platform.inspectContainer(node.container);
  if (!state?.frozen || (await store.readRunningOperation(id))) return;
  log.warn({ database: name, node: node.name }, 'leader frozen, fencing it');
  await platform.signalContainer(node.container, 'SIGKILL');
};
