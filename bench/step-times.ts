import type pg from 'pg';
import type { StepFigure } from './figures.ts';

/** When each step ran. The operation's document tells only how long; steps in parallel cannot be told apart by that. */
export const readStepFigures = async (metadata: pg.Pool, operation: string): Promise<readonly StepFigure[]> => {
  const { rows } = await metadata.query<{ name: string; phase: string; began: number; duration: number }>(
    `SELECT name, phase,
            round(extract(epoch FROM s.started_at - o.started_at) * 1000)::float8 AS began,
            round(extract(epoch FROM s.ended_at - s.started_at) * 1000)::float8 AS duration
       FROM operation_steps s JOIN operations o ON o.id = s.operation_id
      WHERE o.id = $1 AND s.started_at IS NOT NULL AND s.ended_at IS NOT NULL
      ORDER BY index`,
    [operation],
  );
  return rows.map(({ name, phase, began, duration }) => ({ name, phase, began_ms: began, duration_ms: duration }));
};
