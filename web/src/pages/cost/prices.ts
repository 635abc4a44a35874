import type { Ladder, Rung } from '../../data/types.ts';

/** What the items of a cost are; others are shown as the API names them. */
export const itemTexts: Readonly<Record<string, string>> = {
  postgres: 'PostgreSQL servers',
  pgbouncer: 'PgBouncer, connection pooling',
  haproxy: 'HAProxy, routing',
  etcd: 'etcd, consensus',
  storage: 'Storage of high availability',
};

/** Dollars per month at a rung; null where no plan says so. */
export const priceAt = (rung: Rung, ladder: Pick<Ladder, 'monthly_usd'>): number | null =>
  rung.direction === 'present' ? ladder.monthly_usd : (rung.plan?.cost_after.monthly_usd ?? null);
