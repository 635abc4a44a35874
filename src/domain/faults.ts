import { PgrowError } from './errors.ts';
import type { Node, Topology } from './topology.ts';

/** A recorded node that is not as it should be, according to the engine. What the engine does not report is no fault. */
export interface NodeFault {
  readonly name: string;
  /** `missing`: there is no container. The others have one, which does not do its work. */
  readonly state: 'missing' | 'stopped' | 'frozen' | 'unhealthy';
  /** Whether its volume is there; null for a node without one. */
  readonly has_data: boolean | null;
}

export const faultOf = (faults: readonly NodeFault[], { name }: Pick<Node, 'name'>): NodeFault | null =>
  faults.find((fault) => fault.name === name) ?? null;

export const isMissing = (faults: readonly NodeFault[], node: Pick<Node, 'name'>): boolean =>
  faultOf(faults, node)?.state === 'missing';

/** Names of the nodes that belong to a database and have no container. Kept nodes are no part of it. */
export const missingNodes = ({ nodes }: Topology, faults: readonly NodeFault[]): readonly string[] =>
  nodes.filter((node) => isMissing(faults, node)).map(({ name }) => name);

/** Rebuilds one node, or all missing ones. */
export const repairCommand = (database: string, node?: string): string =>
  `./pgrow repair ${database}${node === undefined ? '' : ` ${node}`}`;

/** The error of every operation that needs missing nodes. `all`: they can only be rebuilt together. */
export const missingError = (database: string, names: readonly string[], all: boolean): PgrowError => {
  const [first, second] = names;
  const one = second === undefined;
  return new PgrowError(
    'refused',
    `${names.join(', ')} of ${database} ${one ? 'is' : 'are'} missing: there is no container. ` +
      `Rebuild ${one ? 'it' : 'them'} first: ${repairCommand(database, one && !all ? first : undefined)}`,
  );
};
