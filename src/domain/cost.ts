import { nodesOf, type NodeKind, type Topology } from './topology.ts';

/** US dollars per month. */
export interface Cost {
  readonly monthly_usd: number;
  readonly items: readonly { readonly kind: string; readonly count: number; readonly monthly_usd: number }[];
}

/** Dollars per month and node. The front is part of the database's price. */
const nodePrices: Record<NodeKind, number> = { front: 0, postgres: 15, pgbouncer: 3, haproxy: 5, etcd: 5 };
const haStoragePrice = 2;

export const costOf = (topology: Topology): Cost => {
  const items = (['postgres', 'pgbouncer', 'haproxy', 'etcd'] as const)
    .map((kind) => ({ kind: kind as string, count: nodesOf(topology, kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => ({ kind, count, monthly_usd: count * nodePrices[kind as NodeKind] }));
  if (topology.stage === 3) items.push({ kind: 'storage', count: 1, monthly_usd: haStoragePrice });
  return { monthly_usd: items.reduce((sum, item) => sum + item.monthly_usd, 0), items };
};
