import { priced } from '../src/domain/plan/priced.ts';
import { randomUUID } from 'node:crypto';
import {
  failoverChange,
  haChange,
  poolingChange,
  reinitializeChange,
  repairChange,
  replicasChange,
  scaleDownChange,
  snapshotChange,
  startDatabaseChange,
  stopChange,
  switchoverChange,
} from '../src/api/choose-change.ts';
import type { Change } from '../src/api/start-change.ts';
import { postgresPath, servicePath, servicesPath } from '../src/cli/api-client.ts';
import type { Database } from '../src/domain/database.ts';
import { operationInputs, type OperationWorkflow, type ParsedInput } from '../src/domain/inputs.ts';
import { parseInput } from '../src/domain/parse-input.ts';
import type { Plan } from '../src/domain/plan.ts';
import { firstTopology, planCreate } from '../src/domain/plan/create.ts';
import { planOperation } from '../src/domain/plan/plan-operation.ts';
import { nodesOf } from '../src/domain/topology.ts';

/** What databases are taken through, as edges between the states they can be in. To test another one, add a line. */

export const states = ['none', 'single', 'pooled', 'replicas', 'replicas-2', 'ha', 'ha-3', 'stopped'] as const;
export type State = (typeof states)[number];

export interface ChaosOperation {
  readonly name: string;
  readonly from: State;
  readonly to: State;
  /** Nodes that are removed with their data before it is asked for. */
  readonly lost?: readonly string[];
  /** It kills the primary: what is under way fails, and what only that had is lost. */
  readonly kills?: true;
  /** Possible only when this one was done last. */
  readonly after?: string;
  /** Refused while a rollback window is open: that is closed before it is asked for. */
  readonly closesFirst?: true;
  readonly method: 'POST' | 'DELETE';
  readonly path: (database: string) => string;
  readonly body: (database: Database, leader: string) => Readonly<Record<string, unknown>>;
  /** The change that the API makes of the body; for the plan that is known before there is a database. */
  readonly choose?: (body: unknown, database: Database) => Change;
}

/** Seconds: what waits gives up after two minutes without progress instead of half an hour. */
const patience = { checkpoint_timeout: 120 };

type Body = ChaosOperation['body'] | Readonly<Record<string, unknown>>;

const change =
  (path: string, choose: NonNullable<ChaosOperation['choose']>, options: object = patience) =>
  (name: string, from: State, to: State, body: Body): ChaosOperation => ({
    name,
    from,
    to,
    method: 'POST',
    path: (database) => postgresPath(database, path),
    body: (database, leader) => ({ ...(typeof body === 'function' ? body(database, leader) : body), ...options }),
    choose,
  });
const pooling = change('pooling', poolingChange);
const replicas = change('replicas', replicasChange);
const ha = change('ha', haChange);
const scaleDown = change('scale-down', scaleDownChange);
const reinitialize = change('reinitialize', reinitializeChange);
const repair = change('repair', repairChange);
const switchover = change('switchover', switchoverChange, {});

const failover = change('failover', failoverChange, { patience: 120 });

const stop = change('stop', stopChange, { patience: 120 });
const start = change('start', startDatabaseChange, { patience: 120 });

const snapshot = change('snapshots', snapshotChange, { patience: 120 });

const someReplica: ChaosOperation['body'] = ({ topology }, leader) => ({
  node: nodesOf(topology, 'postgres').findLast(({ name }) => name !== leader)?.name,
});
const anotherPoolSize: ChaosOperation['body'] = ({ topology }) => ({
  enabled: true,
  default_pool_size: topology.pooling?.default_pool_size === 30 ? 31 : 30,
});
const confirmed = { confirm: true, grace_period: 0 };

export const operations: readonly ChaosOperation[] = [
  {
    name: 'create',
    from: 'none',
    to: 'single',
    method: 'POST',
    path: () => servicesPath(),
    body: ({ name }) => ({ name }),
  },
  pooling('pooling', 'single', 'pooled', { enabled: true }),
  replicas('replicas', 'pooled', 'replicas', { count: 1 }),
  ha('ha', 'replicas', 'ha', { enabled: true }),
  {
    name: 'rollback',
    from: 'ha',
    to: 'replicas',
    after: 'ha',
    method: 'POST',
    path: (database) => postgresPath(database, 'rollback'),
    body: () => ({}),
  },
  replicas('more-replicas', 'replicas', 'replicas-2', { count: 2 }),
  replicas('fewer-replicas', 'replicas-2', 'replicas', { count: 1 }),
  reinitialize('reinitialize', 'replicas', 'replicas', someReplica),
  switchover('switchover', 'replicas', 'replicas', {}),
  pooling('set-pooling', 'replicas', 'replicas', anotherPoolSize),
  snapshot('snapshot', 'replicas', 'replicas', {}),
  replicas('more-standbys', 'ha', 'ha-3', { count: 3 }),
  replicas('fewer-standbys', 'ha-3', 'ha', { count: 2 }),
  switchover('switchover-member', 'ha', 'ha', {}),
  { ...failover('failover', 'replicas', 'replicas', { confirm: true }), kills: true },
  { ...failover('failover-member', 'ha', 'ha', { confirm: true }), kills: true },
  reinitialize('reinitialize-member', 'ha', 'ha', someReplica),
  { ...stop('stop', 'ha', 'stopped', { confirm: true }), closesFirst: true },
  start('start', 'stopped', 'ha', {}),
  // Clients do without any of them.
  { ...repair('repair', 'ha', 'ha', {}), lost: ['haproxy-2', 'etcd-1'] },
  scaleDown('ha-to-replicas', 'ha', 'replicas', { target: 'replicas', ...confirmed }),
  scaleDown('ha-to-single', 'ha', 'single', { target: 'single', ...confirmed }),
  scaleDown('replicas-to-single', 'replicas', 'single', { target: 'single', ...confirmed }),
  scaleDown('pooled-to-single', 'pooled', 'single', { target: 'single', ...confirmed }),
  ha('jump', 'single', 'ha', { enabled: true, pooling: {} }),
  {
    name: 'destroy',
    from: 'ha',
    to: 'none',
    method: 'DELETE',
    path: (database) => `${servicePath(database)}?confirm=${encodeURIComponent(database)}`,
    body: () => ({}),
  },
];

export const operationNamed = (name: string): ChaosOperation => {
  const found = operations.find((operation) => operation.name === name);
  if (!found) throw new Error(`${name}: no operation; there are ${operations.map((each) => each.name).join(', ')}`);
  return found;
};

/** The plan of every operation on a database that got where it begins by the operations before it. */
export const examplePlans = (): ReadonlyMap<string, Plan> => {
  const plans = new Map<string, Plan>();
  const reached = new Map<State, Database>([['none', newDatabase()]]);
  for (const operation of operations) {
    const database = reached.get(operation.from);
    if (!database)
      throw new Error(`${operation.name} begins at ${operation.from}, which no operation before it reaches`);
    const plan = examplePlan(operation, database, operation.after ? plans.get(operation.after)! : null);
    plans.set(operation.name, plan);
    if (plan.to && !reached.has(operation.to)) reached.set(operation.to, { ...database, topology: plan.to });
  }
  return plans;
};

const examplePlan = (operation: ChaosOperation, database: Database, last: Plan | null): Plan => {
  const leader = database.topology.primary;
  const candidates = nodesOf(database.topology, 'postgres')
    .filter(({ name }) => name !== leader)
    .map(({ name }) => ({ name, state: 'streaming', lag_bytes: 0, synchronous: false }));
  const held = [leader, ...candidates.map(({ name }) => name)].map((name) => ({ name, timeline: 1, position: 1 }));
  const heard = held.map((each) => (each.name === leader ? { ...each, takes_writes: true as const } : each));
  const holdings = { heard, unheard: [], last_known: null };
  const faults = (operation.lost ?? []).map((name) => ({ name, state: 'missing', has_data: false }) as const);
  const plan = (workflow: OperationWorkflow, input: object): Plan =>
    planOperation(
      workflow,
      parseInput(operationInputs[workflow], { ...input, service_id: database.id }) as ParsedInput<typeof workflow>,
      { database, operation_id: randomUUID(), leader, candidates, faults, holdings, last, restored: null },
    );
  switch (operation.name) {
    case 'create':
      return priced(planCreate(database));
    case 'destroy':
      return plan('destroyDatabase', {});
    case 'rollback':
      return plan('rollback', {});
    default: {
      const { workflow, input } = operation.choose!(operation.body(database, leader), database);
      return plan(workflow, input);
    }
  }
};

const newDatabase = (): Database => {
  const named = { id: randomUUID(), name: 'example', home: '00000000' };
  const ports = { postgres: 1, pooled: 2, pooled_read_only: 3, read_write: 4, read_only: 5, stats: 6 };
  return { ...named, project: 'default', postgres_major: 17, ports, topology: firstTopology(named) };
};
