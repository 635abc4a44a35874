import { setTimeout as delay } from 'node:timers/promises';
import { openSession } from '../nodes/session.ts';
import { attachmentOf } from '../domain/container-spec.ts';
import { isLeftAlone } from '../domain/held-records.ts';
import type { Node } from '../domain/topology.ts';
import type { MonitorDependencies } from './dependencies.ts';

/** Milliseconds. `grace`: what the engine's own restart gets first. */
const usualPauses = { grace: 3000, look: 1000 };
/** Milliseconds for it to follow by itself, by pg_rewind where it has to; then it is rebuilt. */
const followLimitMs = 120_000;

/** A member that has exited comes back as a replica: started, and rebuilt if it cannot follow. */
export const revive = async (
  dependencies: MonitorDependencies,
  id: string,
  node: Node,
  signal: AbortSignal,
  pauses: typeof usualPauses = usualPauses,
): Promise<void> => {
  const { platform, store, log } = dependencies;
  let began = performance.now();
  let rebuilt = false;
  for (let wait = pauses.grace; ; wait = pauses.look) {
    await delay(wait, undefined, { signal });
    // An operation that came meanwhile has its own idea of this node. Asked first: one that ends then has recorded what it did.
    if (await store.isBusy(id)) return;
    const database = await store.readDatabase(id);
    if (!database?.topology.nodes.some(({ name }) => name === node.name) || isLeftAlone(database)) return;
    const state = await platform.inspectContainer(node.container);
    if (!state) return;
    if (!state.running) await platform.startContainer(node.container);
    else if (!state.address) await platform.joinNetworks(attachmentOf(database, node));
    else if (await follows(dependencies, id, node)) return;
    if (performance.now() - began < followLimitMs) continue;
    if (rebuilt) {
      log.warn({ database: database.name, node: node.name }, 'node does not follow, even after a rebuild');
      return;
    }
    log.warn({ database: database.name, node: node.name }, 'node does not follow, rebuilding it');
    const session = await openSession(dependencies, id);
    await session.asMember(node, (client) => client.reinitialize());
    rebuilt = true;
    began = performance.now();
  }
};

const follows = async (dependencies: MonitorDependencies, id: string, node: Node): Promise<boolean> => {
  const session = await openSession(dependencies, id);
  try {
    const { members } = await session.asMember(node, (client) => client.cluster());
    const member = members.find(({ name }) => name === node.name);
    return member?.role === 'leader' || member?.state === 'streaming';
  } catch {
    return false;
  }
};
