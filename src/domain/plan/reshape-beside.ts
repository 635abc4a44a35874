import type { Facts } from '../facts.ts';
import { slotName } from '../naming.ts';
import { newNode, nextOrdinals } from '../nodes.ts';
import { raised, shrinksTo, withShape, type ServerShape } from '../server-shape.ts';
import { nodeNamed, type Node, type Topology } from '../topology.ts';
import { addReplica } from './grow-replicas.ts';
import { movePrimary } from './move-primary.ts';
import { keptOf, withNode, type Reshaping } from './reshape.ts';
import { restartHeld, type Reshaped } from './reshape-in-place.ts';

interface Beside extends Reshaping {
  readonly facts: Facts | null;
  readonly topology: Topology;
  readonly shape: ServerShape;
}

/** A new server beside the only one, which it takes over from. The old one follows until the rollback window closes. */
export const reshapeBeside = ({ database, facts, topology: before, shape }: Beside): Reshaped => {
  const kept = keptOf(database);
  const old = nodeNamed(before, before.primary);
  const [ordinal] = nextOrdinals(database.topology, 'postgres', 1) as [number];
  const blank = newNode(database, 'postgres', ordinal, 'replica');
  const added: Node = {
    ...withShape(blank, raised(shape, kept, [old])),
    source: { node: old.name, slot: slotName(blank.name) },
  };
  const shrinks = shrinksTo(added, shape, kept);
  const bridge: Topology = { ...before, nodes: [...before.nodes, added] };
  const moved = movePrimary({
    database,
    facts,
    phase: 'hand-over',
    from: withNode(bridge, withShape(old, raised(old, kept, [added]))),
    target: added.name,
    old: 'kept',
    routed: before,
    afterwards: (primary, routers) => (shrinks ? [restartHeld(before, withShape(primary, shape), routers)] : []),
  });
  const slot = slotName(old.name);
  const made = withShape(nodeNamed(moved.topology, added.name), shape);
  return {
    topology: withNode(moved.topology, made),
    outline: [addReplica('servers', added, old), ...moved.outline],
    on_close: [
      ...moved.topology.kept.map((node) => ({ action: 'removeNode', input: { node } }) as const),
      { action: 'removeReplicationSlot', input: { on: made, slot } },
    ],
    restartsHeld: shrinks,
  };
};
