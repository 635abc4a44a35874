import { sizeOf } from './container-spec.ts';
import { usualPrices, type Prices } from './prices.ts';
import { nodesOf, type Node, type Topology } from './topology.ts';

/** US dollars per month. */
export interface Cost {
  readonly monthly_usd: number;
  readonly items: readonly { readonly kind: string; readonly count: number; readonly monthly_usd: number }[];
}

const gibibyte = 1024 ** 3;

const nodePrice = (node: Node, prices: Prices): number => {
  // The front is part of the database's price.
  if (node.kind === 'front') return 0;
  if (node.kind !== 'postgres') return prices[node.kind];
  const { cpus, memory_bytes } = sizeOf(node);
  return cpus * prices.postgres_per_cpu + (memory_bytes / gibibyte) * prices.postgres_per_gib;
};

/** Whole cents. */
const total = (amounts: readonly number[]): number =>
  Math.round(amounts.reduce((sum, amount) => sum + amount, 0) * 100) / 100;

/** A stopped database costs what its storage costs: it uses no CPU and no memory. */
export const costOf = (topology: Topology | null, prices: Prices = usualPrices): Cost => {
  if (!topology) return { monthly_usd: 0, items: [] };
  const kinds = topology.stopped ? [] : (['postgres', 'pgbouncer', 'haproxy', 'etcd'] as const);
  const items = kinds
    .map((kind) => ({ kind: kind as string, nodes: nodesOf(topology, kind) }))
    .filter(({ nodes }) => nodes.length > 0)
    .map(({ kind, nodes }) => ({
      kind,
      count: nodes.length,
      monthly_usd: total(nodes.map((node) => nodePrice(node, prices))),
    }));
  if (topology.stage === 3) items.push({ kind: 'storage', count: 1, monthly_usd: prices.ha_storage });
  return { monthly_usd: total(items.map(({ monthly_usd }) => monthly_usd)), items };
};
