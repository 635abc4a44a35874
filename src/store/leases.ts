import { sql } from 'kysely';
import type { Queries } from './connection.ts';

/** What one process of several may do at a time. */
export interface LeaseStore {
  /** Takes a lease, or renews it. False while another holder has it. */
  takeLease(lease: { readonly name: string; readonly holder: string; readonly lastsMs: number }): Promise<boolean>;
  /** Null if none ever had it, or the last holder has given it back. */
  readLease(name: string): Promise<{ readonly until: string; readonly is_held: boolean } | null>;
  /** Another may take it at once. */
  releaseLease(lease: { readonly name: string; readonly holder: string }): Promise<void>;
}

export const leaseStore = (queries: Queries): LeaseStore => ({
  async takeLease({ name, holder, lastsMs }) {
    const { rows } = await sql`
      INSERT INTO leases (name, holder, until)
      VALUES (${name}, ${holder}, clock_timestamp() + ${`${lastsMs} ms`}::interval)
          ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
       WHERE leases.holder = excluded.holder OR leases.until < clock_timestamp()
      RETURNING name`.execute(queries);
    return rows.length === 1;
  },

  async readLease(name) {
    const row = await queries
      .selectFrom('leases')
      .select(['until', sql<boolean>`until > clock_timestamp()`.as('is_held')])
      .where('name', '=', name)
      .executeTakeFirst();
    return row ? { until: row.until.toISOString(), is_held: row.is_held } : null;
  },

  async releaseLease({ name, holder }) {
    await queries.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute();
  },
});
