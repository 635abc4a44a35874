/**
 * What Temporal knows of us by name besides workflow types. Apart from their inputs, whose schemas every start of a
 * workflow would have to load.
 */

/** Signals and a query of a running operation; `confirm` cuts a grace period short. */
export const operationSignals = { switchover: 'switchover', abort: 'abort', confirm: 'confirm' } as const;
export type OperationSignal = keyof typeof operationSignals;
export const progressQuery = 'progress';

/** Signals of the checkpoint of the last operation. */
export const checkpointSignals = { confirm: 'confirm', rollback: 'rollback' } as const;
export type CheckpointSignal = keyof typeof checkpointSignals;

/** Search attributes: two keywords and an integer. */
export const searchAttributes = {
  database: 'PgrowDatabase',
  operation: 'PgrowOperation',
  stage: 'PgrowStage',
} as const;
