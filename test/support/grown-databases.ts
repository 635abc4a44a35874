import { priced } from '../../src/domain/plan/priced.ts';
import type { Database } from '../../src/domain/database.ts';
import {
  haOptions,
  operationOptions,
  poolingOptions,
  replicaOptions,
  type ReplicaOptions,
} from '../../src/domain/options.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { planCreate } from '../../src/domain/plan/create.ts';
import { planExpand, type ExpandPlanInput } from '../../src/domain/plan/expand.ts';
import { afterClose, afterRun, emptyWorld, type World } from './planned-world.ts';
import { sampleDatabase } from './sample-database.ts';

/** Databases that grew by the planner's own plans, with what those leave behind. */

export const pooling = poolingOptions.parse({});
export const sessionPooling = poolingOptions.parse({ pool_mode: 'session' });
export const replicas = (change: Partial<ReplicaOptions> = {}) => replicaOptions.parse(change);
export const ha = haOptions.parse({});

export type Request = Partial<Omit<ExpandPlanInput, 'database'>> & Pick<ExpandPlanInput, 'target'>;

/** A database, and what its operations so far have left behind. */
export interface Grown {
  readonly database: Database;
  readonly world: World;
}

let operations = 0;
export const planned = (database: Database, request: Request): Plan =>
  priced(
    planExpand({
      database,
      operation_id: `${String((operations += 1)).padStart(8, '0')}-0000-4000-8000-000000000000`,
      pooling: request.target === 'pooling' ? pooling : null,
      replicas: request.target === 'replicas' ? replicas() : null,
      ha: request.target === 'ha' ? ha : null,
      options: operationOptions.parse({}),
      closesWindowOf: null,
      ...request,
    }),
  );

export const single = (): Grown => {
  const database = sampleDatabase('shop');
  return { database, world: afterRun(emptyWorld, priced(planCreate(database))) };
};

export const grown = (...requests: readonly Request[]): Grown =>
  requests.reduce(({ database, world }, request) => {
    const plan = planned(database, request);
    const topology = { ...plan.to!, kept: [] };
    return { database: { ...database, topology }, world: afterClose(afterRun(world, plan), plan) };
  }, single());

export const starts: readonly (readonly [string, Grown])[] = [
  ['single', grown()],
  ['pooling', grown({ target: 'pooling' })],
  ['one replica', grown({ target: 'replicas' })],
  ['one replica, pooled', grown({ target: 'pooling' }, { target: 'replicas' })],
  [
    'three replicas that confirm',
    grown({ target: 'replicas', replicas: replicas({ count: 3, replication_mode: 'sync' }) }),
  ],
  ['replicas without HAProxy', grown({ target: 'replicas', replicas: replicas({ count: 2, enable_haproxy: false }) })],
  ['ha', grown({ target: 'ha' })],
  ['ha, pooled', grown({ target: 'ha', pooling })],
];

export const startNamed = (name: string): Grown => {
  const found = starts.find(([start]) => start === name);
  if (!found) throw new Error(`no start is named ${name}`);
  return found[1];
};
