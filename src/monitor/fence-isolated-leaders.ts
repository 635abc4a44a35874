import type { Database } from '../domain/database.ts';
import { nodeNamed } from '../domain/topology.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { everyDatabase } from './every-database.ts';

const lookEveryMs = 1000;
/** Looks in a row at which a leader is in no network before it is fenced. */
const patience = 3;

/**
 * A leader that the engine shows outside its database's network cannot serve anybody. It is killed, so that it never takes
 * a write again while another leads; what follows is what follows on every leader that has exited. A leader that merely
 * does not answer is left to Patroni's ttl.
 */
export const fenceIsolatedLeaders = (
  dependencies: MonitorDependencies,
  signal: AbortSignal,
  everyMs = lookEveryMs,
): Promise<void> => {
  const { store, platform, log } = dependencies;
  const seen = new Map<string, number>();
  const lookAt = async (database: Database): Promise<void> => {
    const before = seen.get(database.id) ?? 0;
    // Until the engine has answered, it is not known to be cut off.
    seen.delete(database.id);
    if (!(await isCutOff(dependencies, database))) return;
    seen.set(database.id, before + 1);
    if (before + 1 < patience || (await store.isBusy(database.id))) return;
    const leader = nodeNamed(database.topology, database.topology.primary);
    log.warn({ database: database.name, node: leader.name }, 'leader cut off, fencing it');
    await platform.signalContainer(leader.container, 'SIGKILL');
    seen.delete(database.id);
  };
  return everyDatabase(dependencies, { otherwise: 'leader not looked at', everyMs, signal, stage: 3 }, lookAt);
};

const isCutOff = async ({ platform }: MonitorDependencies, { topology }: Database): Promise<boolean> => {
  const state = await platform.inspectContainer(nodeNamed(topology, topology.primary).container);
  return state !== null && state.running && state.address === null;
};
