import type { Database } from './database.ts';
import { containerName, volumeName } from './naming.ts';
import type { Node, NodeKind, PostgresMode, Topology } from './topology.ts';

/** Of a database what its new nodes are made by. */
export type NodesOwner = Pick<Database, 'id' | 'name' | 'home' | 'size' | 'chosen_settings'> & {
  readonly topology?: Pick<Topology, 'tls'>;
};

const kindsWithData: readonly NodeKind[] = ['postgres', 'etcd'];

/** The front is one for life; all others are numbered. */
const nodeName = (kind: NodeKind, ordinal: number): string => (kind === 'front' ? 'front' : `${kind}-${ordinal}`);

export const newNode = (database: NodesOwner, kind: NodeKind, ordinal: number, mode?: PostgresMode): Node => {
  const name = nodeName(kind, ordinal);
  return {
    name,
    kind,
    container: containerName(database, name),
    volume: kindsWithData.includes(kind) ? volumeName(database, name) : null,
    ...(mode ? { mode } : {}),
    ...(database.topology?.tls ? { tls: database.topology.tls } : {}),
    ...(kind === 'postgres' ? serverOf(database) : {}),
  };
};

const serverOf = ({ size, chosen_settings }: NodesOwner): Pick<Node, 'size' | 'chosen_settings'> => ({
  ...(size ? { size } : {}),
  ...(chosen_settings ? { chosen_settings } : {}),
});

const ordinalOf = (node: Node): number => Number(node.name.slice(node.name.lastIndexOf('-') + 1));

/**
 * The next free ordinals of a kind. Numbers of nodes that are there or kept are not used again, because equal
 * application_names of an old and a new node would void synchronous durability.
 */
export const nextOrdinals = (topology: Topology, kind: NodeKind, count: number): readonly number[] => {
  const taken = [...topology.nodes, ...topology.kept].filter((node) => node.kind === kind).map(ordinalOf);
  const first = Math.max(0, ...taken) + 1;
  return Array.from({ length: count }, (_, index) => first + index);
};
