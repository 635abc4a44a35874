import type { Database } from '../domain/database.ts';
import type { NodeFault } from '../domain/faults.ts';
import type { Node } from '../domain/topology.ts';
import type { Platform } from '../platform/platform.ts';

type Needs = Pick<Platform, 'inspectContainer' | 'readLabels'>;

/** Recorded nodes that the engine knows to be missing or not at work. An engine that does not answer says nothing of any. */
export const readFaults = async (platform: Needs, { topology }: Database): Promise<readonly NodeFault[]> => {
  const faults = await Promise.all(
    [...topology.nodes, ...topology.kept].map((node) => faultOf(platform, node).catch(() => null)),
  );
  return faults.filter((fault) => fault !== null);
};

const faultOf = async (platform: Needs, { name, container, volume }: Node): Promise<NodeFault | null> => {
  const state = await platform.inspectContainer(container);
  if (!state) {
    const has_data = volume === null ? null : (await platform.readLabels('volume', volume)) !== null;
    return { name, state: 'missing', has_data };
  }
  // The engine removes no volume that a container has.
  const has_data = volume === null ? null : true;
  if (!state.running) return { name, state: 'stopped', has_data };
  if (state.frozen) return { name, state: 'frozen', has_data };
  return state.health === 'unhealthy' ? { name, state: 'unhealthy', has_data } : null;
};
