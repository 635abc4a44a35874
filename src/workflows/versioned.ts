import { setWorkflowOptions } from '@temporalio/workflow';
import * as workflows from './index.ts';

/**
 * The same workflow types for a worker with a deployment version. An operation, and what undoes one, continues under the code
 * that it began with. Apart from `index.ts`: a worker without a version refuses types that say how they are versioned.
 */
export * from './index.ts';

/** Of these the current version takes over what runs: the default of such a worker. All others are pinned. */
const movingAlong: readonly string[] = [
  'checkpoint',
  'verifySnapshot',
  'holdTaskQueue',
  'deliverNotification',
] satisfies readonly (keyof typeof workflows)[];

for (const [name, workflow] of Object.entries<(input: never) => Promise<unknown>>(workflows))
  if (!movingAlong.includes(name)) setWorkflowOptions({ versioningBehavior: 'PINNED' }, workflow);
