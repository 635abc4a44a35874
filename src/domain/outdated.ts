import { repairCommand } from './faults.ts';
import type { NodeImage } from './live-state.ts';
import type { NodeKind } from './topology.ts';

/** A node as the monitor saw it last, whose image is not the one that such nodes are made from now. */
export interface OlderNode {
  readonly name: string;
  readonly kind: NodeKind;
  readonly container: string;
  readonly image: NodeImage;
}

/** A database on record, with those of its nodes that have an older image. */
export interface OlderNodes {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  /** When its nodes were looked at, ISO 8601; null if never. */
  readonly observed_at: string | null;
  /** Whether the images of all its nodes are known. */
  readonly complete: boolean;
  readonly nodes: readonly OlderNode[];
}

/** What brings a database's servers to the newest image: one change, however many there are. */
export const newestImageCommand = (database: string): string => `./pgrow change ${database} --image newest`;

/** Nodes without data of their own are made again from the record, and etcd's from the other members. */
const commandFor = (database: string, { name, kind, container }: OlderNode): string =>
  kind === 'postgres'
    ? newestImageCommand(database)
    : `docker rm --force --volumes ${container} && ${repairCommand(database, name)}`;

/** What is outdated of the databases, each node with the command that brings it up to date. */
export const outdatedDocument = (found: readonly OlderNodes[]) => ({
  databases: found
    .filter(({ nodes }) => nodes.length > 0)
    .map(({ id, project, name, observed_at, nodes }) => ({
      id,
      project,
      name,
      observed_at,
      nodes: nodes.map((node) => ({ ...node, command: commandFor(name, node) })),
    })),
  /** Databases of which not every node's image is known. */
  unknown: found.filter(({ complete }) => !complete).map(({ name }) => name),
});

export type OutdatedDocument = ReturnType<typeof outdatedDocument>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** `3 weeks`: how long ago an image was built, as of `now` in milliseconds since the epoch; null if that is not known. */
export const imageAge = ({ made_at }: Pick<NodeImage, 'made_at'>, now: number): string | null => {
  if (made_at === null) return null;
  const ms = Math.max(0, now - Date.parse(made_at));
  if (ms < 2 * dayMs) return counted(ms / hourMs, 'hour');
  return ms < 14 * dayMs ? counted(ms / dayMs, 'day') : counted(ms / (7 * dayMs), 'week');
};

const counted = (number: number, unit: string): string => {
  const whole = Math.floor(number);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
};
