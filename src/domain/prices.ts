import { z } from 'zod';

/** US dollars per month. */
const dollars = z.number().min(0).max(1_000_000);

const rates = {
  /** Of a PostgreSQL server: for each CPU, and for each GiB of memory. */
  postgres_per_cpu: dollars,
  postgres_per_gib: dollars,
  /** Of each node, whatever its size. */
  pgbouncer: dollars,
  haproxy: dollars,
  etcd: dollars,
  /** Of a database at stage 3. */
  ha_storage: dollars,
};

export type Prices = z.infer<z.ZodObject<typeof rates>>;

/** A server of the usual size, 2 CPUs and 1 GiB, is 15 dollars. */
export const usualPrices: Prices = {
  postgres_per_cpu: 5,
  postgres_per_gib: 5,
  pgbouncer: 3,
  haproxy: 5,
  etcd: 5,
  ha_storage: 2,
};

/** What a price file says; what it leaves out costs what it usually does. */
export const priceFile = z
  .strictObject(rates)
  .partial()
  .transform((given) => ({ ...usualPrices, ...given }) as Prices);
