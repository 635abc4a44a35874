import type { ActionCall } from '../../src/domain/step-actions.ts';
import type { NodeConfig } from '../../src/domain/node-config.ts';
import type { Plan } from '../../src/domain/plan.ts';

/** What a plan's actions would leave behind, without an engine: for invariants of plans. */
export interface World {
  readonly networks: readonly string[];
  /** Name and what it was told last. */
  readonly nodes: Readonly<Record<string, NodeConfig>>;
  /** `postgres-1/postgres_2`; of a Patroni cluster `cluster/postgres_1`. */
  readonly slots: readonly string[];
  readonly snapshots: readonly string[];
}

export const emptyWorld: World = { networks: [], nodes: {}, slots: [], snapshots: [] };

export const afterRun = (world: World, plan: Plan, steps = plan.steps.length): World =>
  plan.steps.slice(0, steps).reduce((reached, { run }) => act(reached, run), world);

/** The last begun is the first undone. */
export const afterUndo = (world: World, plan: Plan, steps: number): World =>
  plan.steps
    .slice(0, steps)
    .toReversed()
    .flatMap(({ undo }) => undo)
    .reduce(act, world);

export const afterClose = (world: World, plan: Plan): World => plan.on_close.reduce(act, world);

const act = (world: World, { action, input }: ActionCall): World => {
  switch (action) {
    case 'ensureNetwork':
      return { ...world, networks: ['network'] };
    case 'removeNetwork':
      return { ...world, networks: [] };
    case 'ensureNode':
      return told(world, input.node.name, input.config);
    case 'configureNode':
      if (!world.nodes[input.node.name]) throw new Error(`${input.node.name} is configured before it is there`);
      return told(world, input.node.name, input.config);
    case 'removeNode':
      return {
        ...world,
        nodes: Object.fromEntries(Object.entries(world.nodes).filter(([name]) => name !== input.node.name)),
        slots: world.slots.filter((slot) => !slot.startsWith(`${input.node.name}/`)),
      };
    case 'ensureReplicationSlot':
      return withSlot(world, `${input.on.name}/${input.slot}`);
    case 'removeReplicationSlot':
      return withoutSlots(world, [`${input.on.name}/${input.slot}`]);
    case 'ensurePermanentSlot':
      return withSlot(world, `cluster/${input.slot}`);
    case 'removePermanentSlot':
      return withoutSlots(world, [`cluster/${input.slot}`]);
    case 'takeSnapshot':
      return { ...world, snapshots: [...world.snapshots, input.volume] };
    case 'removeSnapshot':
      return { ...world, snapshots: world.snapshots.filter((volume) => volume !== input.volume) };
    case 'followNewPrimary': {
      const { node, config } = input.old;
      const obsolete = input.obsolete_slots.map((slot) => `${node.name}/${slot}`);
      return withoutSlots(told(world, node.name, config), obsolete);
    }
    default:
      return world;
  }
};

const told = (world: World, node: string, config: NodeConfig): World => ({
  ...world,
  nodes: { ...world.nodes, [node]: config },
});
const withSlot = (world: World, slot: string): World => ({
  ...world,
  slots: [...new Set([...world.slots, slot])].toSorted(),
});
const withoutSlots = (world: World, slots: readonly string[]): World => ({
  ...world,
  slots: world.slots.filter((slot) => !slots.includes(slot)),
});
