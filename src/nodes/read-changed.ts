import type { ChangedContainer } from '../domain/changed-containers.ts';
import { differencesOf } from '../domain/container-description.ts';
import type { Database } from '../domain/database.ts';
import { lastingLabels } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import { descriptionOf } from '../platform/describe.ts';
import type { Dependencies } from './dependencies.ts';
import { nodeContainer } from './node-container.ts';

/** Nodes whose container differs from what pgrow would make now; one that is missing is not among them. */
export const readChanged = async (
  { platform, images }: Pick<Dependencies, 'platform' | 'images'>,
  database: Database,
): Promise<readonly ChangedContainer[]> => {
  const changeOf = async (node: Node): Promise<ChangedContainer> => {
    const is = await platform.describeContainer(node.container);
    const made = descriptionOf(nodeContainer(database, images, node, lastingLabels(database, node)));
    // A stop takes it back, so that no engine starts it; stops of earlier versions left it.
    const should = database.topology.stopped && is?.restart === 'no' ? { ...made, restart: 'no' } : made;
    return { name: node.name, differences: is ? differencesOf(is, should) : [] };
  };
  const changes = await Promise.all(database.topology.nodes.map(changeOf));
  return changes.filter(({ differences }) => differences.length > 0);
};
