import type { LiveNode, LiveState, NodeFacts, NodeImage, NodeState } from './live-state.ts';

/** What was read of nodes beside their state, by name. */
export type FactsByNode = ReadonlyMap<string, NodeFacts>;

/** States in which what a node said last of those around it still counts. */
const serving: readonly NodeState[] = ['running', 'streaming', 'replay paused', 'unhealthy'];

/**
 * A look with what is known beside the states: `read` for this one, else what the look before had. Facts are read less often
 * than states.
 */
export const withFacts = (
  live: LiveState,
  {
    before,
    read,
    images = new Map(),
    seen_at,
  }: {
    readonly before: LiveState | null;
    readonly read: FactsByNode;
    /** Of containers that are there, by node. */
    readonly images?: ReadonlyMap<string, NodeImage>;
    readonly seen_at: string;
  },
): LiveState => {
  const earlier = new Map(before?.nodes.map((node) => [node.name, node]));
  return {
    ...live,
    nodes: live.nodes.map((node) => {
      const facts = factsOf(node, earlier.get(node.name), read, seen_at);
      const image = images.get(node.name) ?? facts.image;
      return { ...node, facts: { ...facts, ...(image && { image }) } };
    }),
  };
};

const factsOf = (node: LiveNode, before: LiveNode | undefined, read: FactsByNode, seen_at: string): NodeFacts => {
  const { since, ...known } = { ...before?.facts, ...read.get(node.name) };
  const answered_at = node.position ? seen_at : known.answered_at;
  const isSame = before?.state === node.state && before.role === node.role;
  const lasting = {
    since: (isSame ? since : undefined) ?? seen_at,
    ...(answered_at !== undefined && { answered_at }),
  };
  if (serving.includes(node.state)) return { ...(node.role === 'primary' ? leading : following)(known), ...lasting };
  const { version, volume_bytes, image } = known;
  return {
    ...(version !== undefined && { version }),
    ...(volume_bytes !== undefined && { volume_bytes }),
    ...(image !== undefined && { image }),
    ...lasting,
  };
};

/** Without what was known of it while it took writes. */
const following = (known: NodeFacts): NodeFacts => {
  const { by_alter_system: _, ...facts } = known;
  return facts;
};

/** Without what was known of it while it followed. */
const leading = (known: NodeFacts): NodeFacts => {
  const { synchronous: _, lag_seconds: __, ...facts } = known;
  return facts;
};
