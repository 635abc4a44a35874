import type { ActionCall } from '../step-actions.ts';
import { missingError, missingNodes } from '../faults.ts';
import type { UnpricedPlan } from '../plan.ts';
import { nodesOf, type Topology } from '../topology.ts';
import type { Circumstances } from './circumstances.ts';

/** Actions that make a node, take its absence for success, or only write the record. */
const needless: readonly ActionCall['action'][] = [
  'ensureNode',
  'startNode',
  'stopNode',
  'removeNode',
  'renewCertificate',
  'restoreSnapshot',
  'recordTopology',
  'removeEverything',
];

/** Names of the nodes that a plan makes. */
export const madeNodes = ({ steps }: Pick<UnpricedPlan, 'steps'>): ReadonlySet<string> =>
  new Set(
    steps.flatMap(({ run }) =>
      run.action === 'ensureNode' || run.action === 'startNode' ? [run.input.node.name] : [],
    ),
  );

/** Names of the nodes that the actions of a plan work with, but for those that the plan makes itself. */
export const neededNodes = ({ steps }: Pick<UnpricedPlan, 'steps'>): ReadonlySet<string> => {
  const needed = new Set<string>();
  for (const { run } of steps) {
    if (run.action === 'ensureNode') {
      const { config } = run.input;
      if (config.kind === 'postgres' && config.mode === 'replica') config.follow.forEach((name) => needed.add(name));
    }
    if (needless.includes(run.action)) continue;
    if (run.action === 'verifyRoutes') verified(run.input.topology).forEach((name) => needed.add(name));
    else named(run.input).forEach((name) => needed.add(name));
    if (run.action === 'waitUntilRouting') [run.input.primary, ...run.input.replicas].forEach((it) => needed.add(it));
  }
  for (const name of madeNodes({ steps })) needed.delete(name);
  return needed;
};

/** @throws PgrowError `refused` when the plan needs nodes that are not there, naming the command that makes them again */
export const refuseMissing = (
  plan: UnpricedPlan,
  { database, faults = [], leaderless = false }: Pick<Circumstances, 'database' | 'faults' | 'leaderless'>,
): void => {
  const needed = neededNodes(plan);
  const missing = missingNodes(database.topology, faults).filter((name) => needed.has(name));
  if (missing.length > 0) throw missingError(database.name, missing, leaderless);
};

const verified = (topology: Topology): readonly string[] =>
  (['front', 'haproxy', 'pgbouncer'] as const).flatMap((kind) => nodesOf(topology, kind)).map(({ name }) => name);

/** Every node anywhere in an action's input. */
const named = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(named);
  if ('name' in value && 'container' in value) return [String(value.name)];
  return Object.values(value).flatMap(named);
};
