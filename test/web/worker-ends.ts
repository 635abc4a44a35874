import type { OperationError, OperationStatus } from '../../src/domain/operation.ts';
import { pause, scriptOf, StepFailed, type Run } from './played-run.ts';

/** Writes down how an operation has ended. */
export const end = (run: Run, status: Exclude<OperationStatus, 'running'>, error: OperationError | null) =>
  run.store.endOperation({
    id: run.id,
    status,
    error,
    stall_ms: status === 'done' && run.plan.expected_stall_ms > 0 ? 215 : null,
    ...(status === 'done' && run.plan.point_of_no_return !== null && { hand_over: handOver() }),
  });

const handOver = () => ({
  held_at: new Date(Date.now() - 900).toISOString(),
  stopped_ms: 38,
  proven_ms: 50,
  promoted_ms: 111,
  routed_ms: 155,
  probed_ms: 186,
  resumed_ms: 215,
  poolers: [{ name: 'pgbouncer-1', waiting_max: 17 }],
});

/** What has begun is undone, the last first, as far as the script lets it. */
export const undo = async (run: Run, error: Error): Promise<void> => {
  const { store, plan, id, begun, database } = run;
  const script = scriptOf(run);
  const left_over = script.error?.left_over ?? [];
  const failed = error instanceof StepFailed ? error.step : null;
  if (failed !== null) await store.stepEnded({ operation: id, step: failed, status: 'failed' });
  for (const [index, step] of begun.toReversed().entries()) {
    if (script.msPerStep) await pause(script.msPerStep / 4);
    const isStuck = left_over.length > 0 && index === 1;
    if (step !== failed) await store.stepEnded({ operation: id, step, status: isStuck ? 'undo_failed' : 'undone' });
  }
  const open = await store.readOpenCheckpoint(database.id);
  if (open?.operation_id === id) await store.closeCheckpoint(open.id);
  const status = left_over.length > 0 ? 'needs_operator' : failed === null ? 'aborted' : 'rolled_back';
  await end(run, status, {
    code: failed === null ? 'aborted' : (script.error?.code ?? 'node_unreachable'),
    message:
      failed === null
        ? `The ${plan.type} of ${database.name} was aborted.`
        : (script.error?.message ?? 'postgres-4 does not answer on port 5432: connection refused.'),
    step: failed === null ? null : plan.steps[failed]!.name,
    left_over,
  });
};
