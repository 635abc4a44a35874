import type { NodeRef } from '../domain/topology.ts';
import type { Platform } from '../platform/platform.ts';

/** Those whose container runs. */
export const runningOf = async <N extends NodeRef>(
  platform: Pick<Platform, 'inspectContainer'>,
  nodes: readonly N[],
): Promise<readonly N[]> => {
  const states = await Promise.all(nodes.map((node) => platform.inspectContainer(node.container)));
  return nodes.filter((_, index) => states[index]?.running);
};
