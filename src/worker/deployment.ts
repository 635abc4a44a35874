import type { WorkerDeploymentOptions } from '@temporalio/worker';

/**
 * What a worker says of its version: `null` for one without, of a server that knows none. Workflow types that do not say
 * otherwise move along with the current version; operations are pinned (`workflows/versioned.ts`).
 */
export const deploymentOptions = (
  version: { readonly deploymentName: string; readonly buildId: string } | null,
): { readonly workerDeploymentOptions?: WorkerDeploymentOptions } =>
  version === null
    ? {}
    : {
        workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' },
      };
