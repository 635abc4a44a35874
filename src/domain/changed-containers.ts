import { canChangeLive, cpuPeriodMicroseconds, type Difference } from './container-description.ts';
import { confinementOf } from './confinement.ts';
import { connectCommand, resourcesOf } from './container-spec.ts';
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
  database: Pick<Database, 'id' | 'name' | 'home' | 'network' | 'topology'>,
  changed: readonly ChangedContainer[],
): readonly Finding[] =>
  changed
    .filter(({ differences }) => beyondImage(differences).length > 0)
    .map(({ name, differences }) => ({
      kind: 'changed_container',
      name,
      database: database.name,
      explanation: `Its container differs from what pgrow would create now: ${differences.map(({ says }) => says).join('; ')}.`,
      removable: false,
      command: commandFor(database, nodeNamed(database.topology, name), beyondImage(differences)),
    }));

const commandFor = (
  database: Parameters<typeof changedFindings>[0],
  node: Node,
  differences: readonly Difference[],
): string => {
  if (canChangeLive(differences)) return updateCommand(node, differences);
  const networks = differences.flatMap((difference) => difference.networks ?? []);
  if (networks.length === differences.length) return attachCommand(database, node, networks);
  return againCommand(database.name, database.topology, node);
};

const attachCommand = (
  database: Parameters<typeof changedFindings>[0],
  node: Node,
  networks: readonly NonNullable<Difference['networks']>[],
): string => {
  const leave = new Set(networks.flatMap((each) => each.leave));
  const join = new Set(networks.flatMap((each) => each.join));
  return [
    ...[...leave].map((network) => `docker network disconnect ${network} ${node.container}`),
    ...[...join].map((network) => connectCommand(database, node, network)),
  ].join(' && ');
};

const beyondImage = (differences: readonly Difference[]): readonly Difference[] =>
  differences.filter(({ subject }) => subject !== 'image');

const updateCommand = (node: Node, differences: readonly Difference[]): string => {
  const { memoryBytes, cpus } = resourcesOf(node);
  const quota = Math.round(cpus * cpuPeriodMicroseconds);
  const differs = (...subjects: readonly string[]) => differences.some(({ subject }) => subjects.includes(subject));
  const options = [
    ...(differs('restart policy') ? ['--restart unless-stopped'] : []),
    ...(differs('process limit') ? [`--pids-limit ${confinementOf(node).processes}`] : []),
    ...(differs('memory', 'swap', 'CPU limit')
      ? [
          `--memory ${memoryBytes} --memory-swap ${memoryBytes} --cpu-period ${cpuPeriodMicroseconds} --cpu-quota ${quota}`,
        ]
      : []),
  ];
  return `docker update ${options.join(' ')} ${node.container}`;
};

/** A replica is cloned while the primary serves; a primary's place is taken by one first. Everything else has no data, or a quorum. */
const againCommand = (database: string, topology: Database['topology'], node: Node): string => {
  const servers = topology.nodes.filter(({ kind }) => kind === 'postgres');
  if (node.kind === 'postgres' && servers.length > 1) {
    return node.name === topology.primary
      ? `./pgrow switchover ${database}`
      : `./pgrow reinit ${database} ${node.name}`;
  }
  return `docker stop ${node.container} && docker rm --volumes ${node.container} && ${repairCommand(database, node.name)}`;
};
