import { sql } from 'kysely';
import type { Plan } from '../domain/plan.ts';
import type { UsualDurations } from '../domain/usual-durations.ts';
import type { Queries } from './connection.ts';

export interface UsualDurationStore {
  /**
   * Medians over the last operations of this type that are done, of all databases: of the whole between the same stages, of steps
   * by their names, in which numbers do not count.
   */
  readUsualDurations(plan: Pick<Plan, 'type' | 'from' | 'to' | 'steps'>): Promise<UsualDurations>;
}

/** Operations that count. */
const recently = 100;

interface Row {
  readonly whole: number | null;
  readonly steps: Readonly<Record<string, number>> | null;
}

export const usualDurationStore = (queries: Queries): UsualDurationStore => ({
  async readUsualDurations({ type, from, to, steps }) {
    const { rows } = await sql<Row>`
      WITH recent AS (
        SELECT id, from_stage, to_stage, options ->> 'cutover' AS cutover,
               extract(epoch FROM ended_at - started_at)::float * 1000 AS ms
          FROM operations WHERE type = ${type} AND status = 'done' ORDER BY started_at DESC LIMIT ${recently})
      SELECT (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FROM recent
               WHERE from_stage IS NOT DISTINCT FROM ${from?.stage ?? null}::int
                 AND to_stage IS NOT DISTINCT FROM ${to?.stage ?? null}::int
                 -- Its length is that of the operator's patience.
                 AND cutover IS DISTINCT FROM 'on_signal') AS whole,
             (SELECT jsonb_object_agg(name, ms) FROM (
                SELECT regexp_replace(step.name, '\\d+', '#', 'g') AS name,
                       percentile_cont(0.5) WITHIN GROUP (
                         ORDER BY extract(epoch FROM step.ended_at - step.started_at)::float * 1000) AS ms
                  FROM operation_steps AS step JOIN recent ON recent.id = step.operation_id
                 WHERE step.status = 'done' AND step.started_at IS NOT NULL AND step.ended_at IS NOT NULL
                 GROUP BY 1) AS usual) AS steps`.execute(queries);
    const { whole = null, steps: usual = null } = rows[0] ?? {};
    const rounded = (ms: number | null | undefined): number | null => (ms == null ? null : Math.round(ms));
    return {
      whole: rounded(whole),
      steps: steps.map(({ name }) => rounded(usual?.[name.replaceAll(/\d+/g, '#')])),
    };
  },
});
