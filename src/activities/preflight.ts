import { ApplicationFailure } from '@temporalio/activity';
import { PgrowError } from '../domain/errors.ts';
import type { Restored } from '../domain/plan/restore.ts';
import type { UnpricedPlan } from '../domain/plan.ts';
import type { PreflightQuestion } from '../domain/preflight.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { preflightOf } from '../nodes/preflight.ts';
import { refuseServed } from './refuse-served.ts';

/** Refuses what the world does not allow: no engine, no image, no disk space. Ports are chosen when a database is registered. */
export const refuseUnfit = async (
  dependencies: Dependencies,
  database: PreflightQuestion['database'],
  plan: UnpricedPlan,
  /** What a new database is restored from. */
  restored: Restored | null = null,
): Promise<void> => {
  const restored_bytes = restored?.snapshot.bytes ?? null;
  const checks = preflightOf(dependencies, { database, plan, restored_bytes, port: null });
  await checks.engine().catch(refuseAtOnce);
  await checks.host();
  if (plan.type === 'destroy' || !plan.to) return;
  await refuseServed(dependencies, database, plan);
  await checks.images();
  await checks.disk();
};

/** An operation that runs waits for its engine; one that has not begun tells its caller instead. */
const refuseAtOnce = (error: unknown): never => {
  if (!(error instanceof PgrowError)) throw error;
  throw ApplicationFailure.create({ type: error.code, message: error.message, nonRetryable: true });
};
