import { sql, type Selectable } from 'kysely';
import type { Difference, Held } from '../domain/held.ts';
import type { Queries } from './connection.ts';
import type { Tables } from './tables.ts';

/** Databases whose record comes from a backup. A restore of the control plane makes the holds. */
export interface HoldStore {
  isHeld(serviceId: string): Promise<boolean>;
  /** What was found to differ. Nothing happens where it is not held. */
  recordComparison(serviceId: string, differences: readonly Difference[]): Promise<void>;
  /** Whether it was held. */
  releaseHold(serviceId: string): Promise<boolean>;
}

export const holdStore = (queries: Queries): HoldStore => ({
  async isHeld(service_id) {
    const held = queries.selectFrom('holds').select('service_id').where('service_id', '=', service_id);
    return (await held.executeTakeFirst()) !== undefined;
  },

  async recordComparison(service_id, differences) {
    await queries
      .updateTable('holds')
      .set({ compared_at: sql<Date>`clock_timestamp()`, differences: JSON.stringify(differences) })
      .where('service_id', '=', service_id)
      .execute();
  },

  async releaseHold(service_id) {
    const released = queries.deleteFrom('holds').where('service_id', '=', service_id).returning('service_id');
    return (await released.executeTakeFirst()) !== undefined;
  },
});

type Columns = {
  readonly [C in 'taken_at' | 'compared_at' | 'differences']: Selectable<Tables['holds']>[C] | null;
};

/** Of a database that is joined with its hold, if it has one. */
export const heldIn = ({ taken_at, compared_at, differences }: Columns): { readonly held?: Held } =>
  taken_at === null
    ? {}
    : {
        held: {
          taken_at: taken_at.toISOString(),
          compared_at: compared_at?.toISOString() ?? null,
          differences: differences ?? [],
        },
      };
