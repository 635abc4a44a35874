import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../domain/database.ts';
import { messageOf } from '../domain/errors.ts';
import { nodeNamed } from '../domain/topology.ts';
import type { MonitorDependencies } from './dependencies.ts';

const lookEveryMs = 1000;
/** Looks in a row at which a leader is in no network before it is fenced. */
const patience = 3;

/**
 * A leader that the engine shows outside its database's network cannot serve anybody. It is killed, so that it never takes
 * a write again while another leads; what follows is what follows on every leader that has exited. A leader that merely
 * does not answer is left to Patroni's ttl.
 */
export const watchForCutOff = async (dependencies: MonitorDependencies, signal: AbortSignal): Promise<void> => {
  const { store, log } = dependencies;
  const seen = new Map<string, number>();
  while (!signal.aborted) {
    try {
      for (const database of await store.listDatabases({})) {
        if (database.topology.stage !== 3) continue;
        const count = (await isCutOff(dependencies, database)) ? (seen.get(database.id) ?? 0) + 1 : 0;
        seen.set(database.id, count);
        if (count < patience || (await store.readRunningOperation(database.id))) continue;
        const leader = nodeNamed(database.topology, database.topology.primary);
        log.warn({ database: database.name, node: leader.name }, 'leader cut off, fencing it');
        await dependencies.platform.signalContainer(leader.container, 'SIGKILL');
        seen.delete(database.id);
      }
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'leaders not looked at');
    }
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
};

const isCutOff = async ({ platform }: MonitorDependencies, { topology }: Database): Promise<boolean> => {
  const state = await platform.inspectContainer(nodeNamed(topology, topology.primary).container);
  return state !== null && state.running && state.address === null;
};
