import type { Database } from './database.ts';
import type { Difference } from './held.ts';
import { markOf, type OperationMark } from './operation-mark.ts';
import type { OperationDocument } from './operation.ts';

/** What a record says of a database. */
export interface OnRecord {
  readonly database: Pick<Database, 'name' | 'topology'>;
  readonly last: OperationDocument | null;
}

/** What is on the Docker engine. */
export interface OnEngine {
  readonly marks: readonly OperationMark[];
  readonly containers: readonly FoundContainer[];
  /** Stage 3 only: name of the node that leads according to Patroni; null if no member says. */
  readonly leader: string | null;
  /** Whether that one, or below stage 3 the primary on record, takes writes; null if it does not say. */
  readonly takesWrites: boolean | null;
}

/** Of a node. */
export interface FoundContainer {
  readonly name: string;
  /** That made it. */
  readonly operation: string | null;
  readonly running: boolean;
}

/** What keeps a record that comes from a backup from being acted on. What could not be seen is a difference. */
export const compareRecord = (record: OnRecord, engine: OnEngine): readonly Difference[] => [
  ...ofOperation(record, engine),
  ...ofNodes(record, engine),
  ...ofPrimary(record, engine),
];

const inWords = ({ operation, state }: OperationMark): string => `${operation} (${state.replaceAll('_', ' ')})`;

const ofOperation = ({ last }: OnRecord, { marks }: OnEngine): readonly Difference[] => {
  const difference = (text: string, of: Difference['of'] = 'operation'): readonly Difference[] => [{ of, text }];
  if (!last) return difference('The record knows no operation of it.');
  const mark = markOf(last);
  const onRecord = `on record it is ${inWords(mark)}`;
  if (marks.length === 0)
    return difference(`No mark on the engine says which operation was the last one; ${onRecord}.`);
  if (marks.some(({ operation, state }) => operation !== mark.operation || state !== mark.state))
    return difference(`On the engine the last operation is ${marks.map(inWords).join(' or ')}; ${onRecord}.`);
  if (mark.state !== 'past_return') return [];
  return difference(
    `Its ${last.type.replaceAll('_', ' ')} was past its point of no return when the backup was taken, and it is not known how far it has come since.`,
    'progress',
  );
};

/** While an operation runs, its own nodes come and go; what was there before it stays. */
const ofNodes = ({ database: { topology }, last }: OnRecord, { containers }: OnEngine): readonly Difference[] => {
  const running = last?.status === 'running' ? last : null;
  const nodes = [...topology.nodes, ...topology.kept];
  const missing = nodes.filter(
    ({ name, container }) =>
      !containers.some((found) => found.name === container) && running?.nodes_added.includes(name) !== true,
  );
  const unknown = containers.filter(
    ({ name, operation }) =>
      !nodes.some(({ container }) => container === name) && (running === null || operation !== running.id),
  );
  return [
    ...missing.map(({ name, container }): Difference => ({
      of: 'nodes',
      text: topology.kept.some((kept) => kept.name === name)
        ? `${name} is kept for a rollback on record, and there is no container ${container}: its rollback window may have closed since.`
        : `${name} is on record, and there is no container ${container}.`,
    })),
    ...unknown.map(({ name, operation }): Difference => ({
      of: 'nodes',
      text: `Container ${name} is not on record${operation === null ? '' : `; operation ${operation} made it`}.`,
    })),
  ];
};

const ofPrimary = (
  { database: { name, topology }, last }: OnRecord,
  { containers, leader, takesWrites }: OnEngine,
): readonly Difference[] => {
  const difference = (text: string): readonly Difference[] => [{ of: 'primary', text }];
  // It is being made: no client has been told of it.
  if (last?.status === 'running' && last.from_stage === null) return [];
  if (topology.stopped) {
    const up = topology.nodes.filter(({ container }) =>
      containers.some((found) => found.name === container && found.running),
    );
    return up.length === 0
      ? []
      : difference(`${name} is stopped on record, and ${up.map((node) => node.name).join(', ')} runs.`);
  }
  if (topology.ha && leader === null) return difference(`No member of ${name} says which of them leads.`);
  const primary = leader ?? topology.primary;
  if (!topology.nodes.some((node) => node.name === primary))
    return difference(`${primary} leads, which is not on record.`);
  if (takesWrites === null) return difference(`${primary} does not say whether it takes writes.`);
  return takesWrites ? [] : difference(`${primary} takes writes on record, and it does not.`);
};
