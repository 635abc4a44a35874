import type { Database } from '../../../src/domain/database.ts';
import { haOptions, operationOptions, poolingOptions, replicaOptions } from '../../../src/domain/options.ts';
import { planCreate } from '../../../src/domain/plan/create.ts';
import { planDestroy } from '../../../src/domain/plan/destroy.ts';
import { planExpand } from '../../../src/domain/plan/expand.ts';
import { planRestore } from '../../../src/domain/plan/restore.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import type { ExpansionTarget } from '../../../src/domain/stage.ts';
import type { Topology } from '../../../src/domain/topology.ts';
import { sampleDatabase } from '../sample-database.ts';
import { keepSnapshot, restoration, snapshotId, snapshotVolume, source } from './kept-snapshot.ts';
import type { Shop } from './operator.ts';

/** Operations as tests ask for them, each with what the database has to be before and the plan that will be run. */
export interface Story {
  readonly name: string;
  readonly plan: Plan;
  prepare(shop: Shop): Promise<void>;
  readonly workflow: 'createDatabase' | 'expand' | 'restoreSnapshot' | 'destroyDatabase';
  readonly wish: Parameters<Shop['run']>[1];
}

interface Expansion {
  readonly target: ExpansionTarget;
  readonly pooling?: Record<string, never>;
}

/** Closed at once, so that what is measured begins without an open way back. */
export const settle = async (shop: Shop): Promise<void> => {
  await shop.checkpoint.signal('confirm');
  await shop.checkpoint.result();
};

export const create = (shop: Shop) => shop.run('createDatabase', { name: 'shop' });

const climb = async (shop: Shop, before: readonly Expansion[]): Promise<void> => {
  await create(shop);
  for (const expansion of before) {
    await shop.run('expand', expansion);
    await settle(shop);
  }
};

const planOf = (topology: Topology, { target, pooling }: Expansion): Plan =>
  planExpand({
    database: sampleDatabase('shop', { topology }),
    operation_id: '00000000',
    target,
    pooling: pooling || target === 'pooling' ? poolingOptions.parse({}) : null,
    replicas: target === 'replicas' ? replicaOptions.parse({}) : null,
    ha: target === 'ha' ? haOptions.parse({}) : null,
    options: operationOptions.parse({}),
    closes_checkpoint_of: null,
  });

const start: Database = sampleDatabase('shop');

const expansion = (name: string, before: readonly Expansion[], last: Expansion): Story => {
  const topology = before.reduce(
    (reached, each) => ({ ...planOf(reached, each).to!, kept: [] }),
    planCreate(start).to!,
  );
  return {
    name,
    plan: planOf(topology, last),
    prepare: (shop) => climb(shop, before),
    workflow: 'expand',
    wish: last as Story['wish'],
  };
};

export const creation: Story = {
  name: 'create',
  plan: planCreate(start),
  prepare: async () => {},
  workflow: 'createDatabase',
  wish: { name: 'shop' } as Story['wish'],
};

export const restoring: Story = {
  name: 'restore',
  plan: planRestore(start, { source: source.name, snapshot: { id: snapshotId, volume: snapshotVolume, bytes: null } }),
  prepare: keepSnapshot,
  workflow: 'restoreSnapshot',
  wish: restoration as unknown as Story['wish'],
};

export const expansions = {
  pooling: expansion('expand to pooling', [], { target: 'pooling' }),
  replicas: expansion('expand to replicas', [], { target: 'replicas' }),
  ha: expansion('expand to ha from replicas behind a pooler', [{ target: 'replicas', pooling: {} }], { target: 'ha' }),
  jump: expansion('jump to ha with pooling', [], { target: 'ha', pooling: {} }),
} as const;

export const destruction: Story = {
  name: 'destroy',
  plan: planDestroy({ ...start, topology: planOf(planCreate(start).to!, { target: 'pooling' }).to! }),
  prepare: (shop) => climb(shop, [{ target: 'pooling' }]),
  workflow: 'destroyDatabase',
  wish: {},
};

export const tell = (story: Story, shop: Shop, operation_id?: string) =>
  shop.run(story.workflow, operation_id ? { ...story.wish, operation_id } : story.wish);
