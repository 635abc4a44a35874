import type { Platform } from '../platform/platform.ts';
import type { Placed } from './session.ts';

/** Those whose container runs. */
export const runningOf = async <N extends Placed>(
  platform: Pick<Platform, 'inspectContainer'>,
  nodes: readonly N[],
): Promise<readonly N[]> => {
  const states = await Promise.all(nodes.map((node) => platform.inspectContainer(node.container)));
  return nodes.filter((_, index) => states[index]?.running);
};
