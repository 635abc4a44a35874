/** Every workflow type on the task queue, under its public name. */
export { createDatabase } from './create-database.ts';
export { expand } from './expand.ts';
export { scaleDown } from './scale-down.ts';
export { setReplicas } from './set-replicas.ts';
export { setPooling } from './set-pooling.ts';
export { switchover } from './switchover.ts';
export { reinitialize } from './reinitialize.ts';
export { repair } from './repair.ts';
export { rollback } from './rollback.ts';
export { stopDatabase } from './stop-database.ts';
export { startDatabase } from './start-database.ts';
export { restoreSnapshot } from './restore-snapshot.ts';
export { verifySnapshot } from './verify-snapshot.ts';
export { destroyDatabase } from './destroy-database.ts';
export { putBackCutOff } from './undo-abandoned.ts';
export { checkpoint } from './rollback-window-workflow.ts';
export { holdTaskQueue } from './hold-task-queue.ts';
