import type { Database } from '../database.ts';
import { faultOf, isMissing, type NodeFault } from '../faults.ts';
import type { Holdings } from '../holdings.ts';
import type { NodeConfig } from '../node-config.ts';
import type { Node, NodeKind, Topology } from '../topology.ts';
import { step, type PlanItem } from './plan-builder.ts';

/** What a repair works on, shared by its parts. */
export interface Repaired {
  readonly database: Database;
  /** The nodes that are rebuilt. */
  readonly chosen: readonly Node[];
  readonly faults: readonly NodeFault[];
  /** Who leads at stage 3, as Patroni has it; the primary below. */
  readonly leader: string;
  /** Whether at stage 3 no server takes writes. */
  readonly leaderless: boolean;
  /** Then: what each member holds. */
  readonly holdings: Holdings | null;
}

export interface RepairPart {
  readonly outline: readonly PlanItem[];
  readonly warnings: readonly string[];
}

/** Of PostgreSQL: what it makes of the database as well. */
export interface ServersPart extends RepairPart {
  readonly topology: Topology;
  /** Who takes writes then; null if that is decided on the way. */
  readonly leader: string | null;
  /** What is lost for good and has to be confirmed. */
  readonly losses: readonly string[];
}

/** The nodes that there are once the chosen ones are back: some that are missing may stay so. */
export const present = ({ database: { topology }, chosen, faults }: Repaired): Topology => ({
  ...topology,
  nodes: topology.nodes.filter((node) => chosen.includes(node) || !isMissing(faults, node)),
});

export const chosenOf = ({ chosen }: Repaired, kind: NodeKind): readonly Node[] =>
  chosen.filter((node) => node.kind === kind);

/** What is there of a node has to go before it can be rebuilt, and does not come back. */
export const clear = (phase: string, node: Node, faults: readonly NodeFault[]): readonly PlanItem[] => {
  const fault = faultOf(faults, node);
  if (!fault || (fault.state === 'missing' && fault.has_data !== true)) return [];
  return [
    step(phase, `remove what is left of ${node.name}`, { action: 'removeNode', input: { node } }, [], {
      point_of_no_return: true,
    }),
  ];
};

/** A node without data: what is left of it goes, and it is made as its record has it. */
export const makeAgain = (
  phase: string,
  node: Node,
  config: NodeConfig,
  faults: readonly NodeFault[],
): readonly PlanItem[] => [
  ...clear(phase, node, faults),
  step(phase, `start ${node.name}`, { action: 'ensureNode', input: { node, config } }, [
    { action: 'removeNode', input: { node } },
  ]),
];

/** What a database has lost its leader for may still be in what it keeps for a rollback. */
export const keptMayHoldMore = ({ name, topology }: Database): readonly string[] =>
  topology.kept
    .filter((node) => node.kind === 'postgres')
    .slice(0, 1)
    .map((node) => `${node.name} is kept for a rollback and may hold more: ./pgrow rollback ${name} may lose less.`);
