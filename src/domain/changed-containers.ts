import { canChangeLive, cpuPeriodMicroseconds, type Difference } from './container-description.ts';
import { resourcesOf } from './container-spec.ts';
import type { Database } from './database.ts';
import { repairCommand } from './faults.ts';
import type { Finding } from './finding.ts';
import { nodeNamed, type Node } from './topology.ts';

/** A node whose container is not what pgrow would make now. */
export interface ChangedContainer {
  readonly name: string;
  readonly differences: readonly Difference[];
}

/**
 * Changed by hand, or made by another version of pgrow. An older image alone is none: nodes keep theirs through an update of pgrow.
 */
export const changedFindings = (
  { name: database, topology }: Pick<Database, 'name' | 'topology'>,
  changed: readonly ChangedContainer[],
): readonly Finding[] =>
  changed
    .filter(({ differences }) => beyondImage(differences).length > 0)
    .map(({ name, differences }) => ({
      kind: 'changed_container',
      name,
      database,
      explanation: `Its container is not what pgrow would make now: ${differences.map(({ says }) => says).join('; ')}.`,
      removable: false,
      command: canChangeLive(beyondImage(differences))
        ? updateCommand(nodeNamed(topology, name))
        : againCommand(database, topology, nodeNamed(topology, name)),
    }));

const beyondImage = (differences: readonly Difference[]): readonly Difference[] =>
  differences.filter(({ subject }) => subject !== 'image');

const updateCommand = (node: Node): string => {
  const { memoryBytes, cpus } = resourcesOf(node);
  const quota = Math.round(cpus * cpuPeriodMicroseconds);
  return (
    `docker update --memory ${memoryBytes} --memory-swap ${memoryBytes} ` +
    `--cpu-period ${cpuPeriodMicroseconds} --cpu-quota ${quota} ${node.container}`
  );
};

/** A replica is cloned while the primary serves; a primary's place is taken by one first. Everything else has no data, or a quorum. */
const againCommand = (database: string, topology: Database['topology'], node: Node): string => {
  const servers = topology.nodes.filter(({ kind }) => kind === 'postgres');
  if (node.kind === 'postgres' && servers.length > 1) {
    return node.name === topology.primary
      ? `./pgrow switchover ${database}`
      : `./pgrow reinit ${database} ${node.name}`;
  }
  return `docker stop ${node.container} && docker rm ${node.container} && ${repairCommand(database, node.name)}`;
};
