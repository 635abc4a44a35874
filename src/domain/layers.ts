import type { Node, NodeKind, Topology } from './topology.ts';

/** What a database consists of, from its clients inwards. */
export const layers = ['clients', 'pooling', 'routing', 'database', 'consensus'] as const;
export type Layer = (typeof layers)[number];

export const layerOf: Readonly<Record<NodeKind, Layer>> = {
  front: 'clients',
  pgbouncer: 'pooling',
  haproxy: 'routing',
  postgres: 'database',
  etcd: 'consensus',
};

/** Its nodes as a plan shows them, those that are kept for a rollback last. */
export const plannedNodes = ({ nodes, kept, primary }: Topology) => {
  const shown = (isKept: boolean) => (node: Node) => ({
    name: node.name,
    kind: node.kind,
    layer: layerOf[node.kind],
    primary: !isKept && node.name === primary,
    kept: isKept,
  });
  return [...nodes.map(shown(false)), ...kept.map(shown(true))];
};
