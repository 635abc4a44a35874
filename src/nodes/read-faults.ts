import type { Database } from '../domain/database.ts';
import type { NodeFault } from '../domain/faults.ts';
import { faultIn } from '../domain/node-look.ts';
import type { Platform } from '../platform/platform.ts';
import { askEngine } from './look-at-node.ts';

/** Recorded nodes that the engine knows to be missing or not at work. */
export const readFaults = async (
  platform: Pick<Platform, 'inspectContainer' | 'readLabels'>,
  { topology }: Database,
): Promise<readonly NodeFault[]> => {
  const nodes = [...topology.nodes, ...topology.kept];
  const looks = await Promise.all(nodes.map(async (node) => ({ node, engine: await askEngine(platform, node) })));
  return looks.map(faultIn).filter((fault) => fault !== null);
};
