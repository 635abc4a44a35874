import { setWorkflowOptions } from '@temporalio/workflow';
import type { OperationWorkflow } from '../domain/inputs.ts';
import * as workflows from './index.ts';

/**
 * The same workflow types for a worker with a deployment version. An operation goes on under the code that it began with;
 * everything else moves along with the current version, which is the default of such a worker. Apart from `index.ts`: a
 * worker without a version refuses types that say how they are versioned.
 */
export * from './index.ts';

const {
  createDatabase,
  expand,
  scaleDown,
  setReplicas,
  setPooling,
  switchover,
  reinitialize,
  repair,
  rollback,
  restoreSnapshot,
  destroyDatabase,
  putBackCutOff,
} = workflows;

const pinned = {
  createDatabase,
  expand,
  scaleDown,
  setReplicas,
  setPooling,
  switchover,
  reinitialize,
  repair,
  rollback,
  restoreSnapshot,
  destroyDatabase,
  putBackCutOff,
} satisfies Record<OperationWorkflow | 'putBackCutOff', unknown>;

for (const workflow of Object.values<(input: never) => Promise<unknown>>(pinned))
  setWorkflowOptions({ versioningBehavior: 'PINNED' }, workflow);
