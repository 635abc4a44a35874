import { Connection } from '@temporalio/client';
import { defaultTaskQueue } from '../domain/naming.ts';
import type { KnownWorkers, VersionedPoller } from '../domain/workers.ts';
import type { ClientOptions } from './temporal-calls.ts';
import { toClientError } from './temporal-errors.ts';
import { workerVersions } from './worker-versions.ts';

/** Milliseconds for one call: a person waits. */
const callTimeoutMs = 3000;
/** temporal.api.enums.v1.TaskQueueType */
const workflowTasks = 1;

export interface KnownWorkersReader {
  /** @throws PgrowError when Temporal does not answer */
  read(): Promise<KnownWorkers>;
  close(): Promise<void>;
}

/** Who works for a control plane, over a connection of its own that is made at the first call. */
export const openKnownWorkers = (options: ClientOptions, deployment: string): KnownWorkersReader => {
  const { namespace = 'default', taskQueue = defaultTaskQueue, ...access } = options;
  const { address } = access;
  const connection = Connection.lazy(access);
  const { workflowService } = connection;
  const versions = workerVersions({ connection, address, namespace, deployment });
  const briefly = <T>(call: () => Promise<T>): Promise<T> =>
    connection
      .withDeadline(Date.now() + callTimeoutMs, call)
      .catch((error: unknown) => Promise.reject(toClientError(error, { address, namespace })));

  const readPollers = async (): Promise<readonly VersionedPoller[]> => {
    const { pollers } = await briefly(() =>
      workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: workflowTasks,
      }),
    );
    const now = Date.now() / 1000;
    return (pollers ?? []).flatMap(({ identity, lastAccessTime, deploymentOptions }) =>
      identity && lastAccessTime?.seconds
        ? [
            {
              identity,
              build: deploymentOptions?.buildId || null,
              seen_ago: Math.max(0, Math.round(now - Number(lastAccessTime.seconds))),
            },
          ]
        : [],
    );
  };

  return {
    async read() {
      const pollers = await readPollers();
      if (!(await versions.areSupported())) return { current: null, versions: [], pollers, pinned: [] };
      const [deployed, pinned] = await Promise.all([versions.readDeployed(), versions.readPinned(taskQueue)]);
      return { ...deployed, pollers, pinned };
    },
    close: () => connection.close(),
  };
};
