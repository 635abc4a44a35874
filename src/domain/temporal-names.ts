/**
 * What Temporal knows of us by name besides workflow types. Apart from their inputs, whose schemas every start of a
 * workflow would have to load.
 */

/**
 * Messages to a running operation, as a signal or as an update, which answers. `confirm` cuts a grace period short.
 * `switchover`: an older name of the signal `cutover`.
 */
export const operationMessages = { cutover: 'cutover', abort: 'abort', confirm: 'confirm' } as const;
export type OperationMessage = keyof typeof operationMessages;
export const switchoverSignalName = 'switchover';
export const progressQuery = 'progress';
/** Update of an operation that is being opened: answers once it has begun, or fails with why it was refused. */
export const openedUpdateName = 'opened';

/** Messages to the checkpoint of the last operation, as a signal or as an update, which answers. */
export const checkpointMessages = { confirm: 'confirm', rollback: 'rollback' } as const;
export type CheckpointMessage = keyof typeof checkpointMessages;

/** Search attributes: two keywords and an integer. */
export const searchAttributes = {
  database: 'PgrowDatabase',
  operation: 'PgrowOperation',
  stage: 'PgrowStage',
} as const;
