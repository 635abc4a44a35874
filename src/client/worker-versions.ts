import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { PgrowError } from '../domain/errors.ts';
import { searchAttributes as names } from '../domain/temporal-names.ts';
import type { ClientOptions } from './temporal-calls.ts';
import { toClientError } from './temporal-errors.ts';
import type { KnownWorkers } from '../domain/workers.ts';
import { pinnedBuildOf, type PinnedOperation } from '../domain/worker-versions.ts';

/** The versions of one control plane's worker, as Temporal knows them. */
export interface WorkerVersions {
  /** False where this Temporal does not know deployments of workers, or its namespace must not use them. */
  areSupported(): Promise<boolean>;
  /** The build that gets what begins; null if there is none yet. */
  readCurrent(): Promise<string | null>;
  /** All versions that Temporal knows of, and which is current. */
  readDeployed(): Promise<Pick<KnownWorkers, 'current' | 'versions'>>;
  /**
   * Makes a build the current one, as soon as its worker asks for work in all of these task queues.
   * @throws PgrowError `not_ready` when that takes longer than `limitMs`
   */
  makeCurrent(build: string, queues: readonly string[], limitMs: number): Promise<void>;
  /** Open workflows in a task queue that are pinned to a build, whichever it is. */
  readPinned(queue: string): Promise<readonly PinnedOperation[]>;
  /** Lets a pinned workflow continue under the current version, and under those after it. */
  moveAlong(operation: PinnedOperation): Promise<void>;
}

export interface VersionsOf {
  /** A client's, or a worker's. */
  readonly connection: Pick<Connection, 'workflowService' | 'withDeadline'>;
  /** `host:port`, for errors. */
  readonly address: string;
  readonly namespace?: string;
  /** Name of the deployment. */
  readonly deployment: string;
}

/** https://grpc.io/docs/guides/status-codes/ */
const statuses = {
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  failedPrecondition: 9,
  unimplemented: 12,
  unavailable: 14,
};
const { deadlineExceeded, notFound, failedPrecondition, unavailable } = statuses;
/** A version is known to Temporal some moments after its worker has first asked for work. */
const mayPass: readonly (number | undefined)[] = [deadlineExceeded, notFound, failedPrecondition, unavailable];
const betweenTriesMs = 200;
const callTimeoutMs = 10_000;
const mostAttempts = 3;
const pageSize = 1000;
/** temporal.api.enums.v1.VersioningBehavior */
const autoUpgrade = 2;

/** Every failure is an error of the catalogue. */
export const workerVersions = ({
  connection,
  address,
  namespace = 'default',
  deployment,
}: VersionsOf): WorkerVersions => {
  const guarded = Object.entries(askVersions({ connection, namespace, deployment })).map(([name, method]) => {
    const call = method as (...args: unknown[]) => Promise<unknown>;
    const guard = async (...args: unknown[]) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await call(...args);
        } catch (error) {
          // A server that has just started may be late once; each of these calls may be repeated.
          if (attempt < mostAttempts && statusOf(error) === deadlineExceeded) continue;
          throw toClientError(error, { address, namespace });
        }
      }
    };
    return [name, guard];
  });
  return Object.fromEntries(guarded) as WorkerVersions;
};

/** Over a connection of its own, made at the first call. */
export const openWorkerVersions = (
  { namespace = 'default', taskQueue: _queue, ...access }: ClientOptions,
  deployment: string,
): WorkerVersions & { close(): Promise<void> } => {
  const connection = Connection.lazy(access);
  const { address } = access;
  return { ...workerVersions({ connection, address, namespace, deployment }), close: () => connection.close() };
};

const askVersions = ({ connection, namespace, deployment }: Required<Omit<VersionsOf, 'address'>>): WorkerVersions => {
  const { workflowService } = connection;
  const briefly = <T>(call: () => Promise<T>): Promise<T> => connection.withDeadline(Date.now() + callTimeoutMs, call);

  const describeDeployment = async () => {
    try {
      const request = { namespace, deploymentName: deployment };
      const answer = await briefly(() => workflowService.describeWorkerDeployment(request));
      return answer.workerDeploymentInfo ?? null;
    } catch (error) {
      if (statusOf(error) === statuses.notFound) return null;
      throw error;
    }
  };

  const readCurrent = async () =>
    (await describeDeployment())?.routingConfig?.currentDeploymentVersion?.buildId || null;

  /** Null when the worker of that build asks for work in all queues, else what is missing. */
  const whatIsMissing = async (build: string, queues: readonly string[]): Promise<string | null> => {
    const asked = await askedQueues(build);
    const missing = queues.filter((queue) => !asked.includes(queue));
    return missing.length > 0 ? `no worker of this version asks for work in ${missing.join(', ')}` : null;
  };

  const askedQueues = async (buildId: string): Promise<readonly string[]> => {
    try {
      const deploymentVersion = { deploymentName: deployment, buildId };
      const request = { namespace, deploymentVersion };
      const { versionTaskQueues } = await briefly(() => workflowService.describeWorkerDeploymentVersion(request));
      return (versionTaskQueues ?? []).flatMap(({ name }) => name ?? []);
    } catch (error) {
      if (statusOf(error) === statuses.notFound) return [];
      throw error;
    }
  };

  /** Null when it is current now, else why not yet. */
  const tryToMakeCurrent = async (build: string, queues: readonly string[]): Promise<string | null> => {
    try {
      const missing = await whatIsMissing(build, queues);
      if (missing !== null) return missing;
      const request = { namespace, deploymentName: deployment, buildId: build };
      await briefly(() => workflowService.setWorkerDeploymentCurrentVersion(request));
      return null;
    } catch (error) {
      if (!mayPass.includes(statusOf(error))) throw error;
      return (error as Error).message;
    }
  };

  return {
    async areSupported() {
      try {
        await describeDeployment();
        return true;
      } catch (error) {
        const status = statusOf(error);
        const forbidden = status === statuses.permissionDenied && /deployment/i.test((error as Error).message);
        if (status === statuses.unimplemented || forbidden) return false;
        throw error;
      }
    },
    readCurrent,
    async readDeployed() {
      const info = await describeDeployment();
      return {
        current: info?.routingConfig?.currentDeploymentVersion?.buildId || null,
        versions: (info?.versionSummaries ?? []).flatMap(({ deploymentVersion, createTime }) =>
          deploymentVersion?.buildId
            ? [
                {
                  build: deploymentVersion.buildId,
                  since: createTime?.seconds ? new Date(Number(createTime.seconds) * 1000).toISOString() : null,
                },
              ]
            : [],
        ),
      };
    },
    async makeCurrent(build, queues, limitMs) {
      if ((await readCurrent()) === build) return;
      const deadline = performance.now() + limitMs;
      for (;;) {
        const reason = await tryToMakeCurrent(build, queues);
        if (reason === null) return;
        if (performance.now() > deadline) {
          throw new PgrowError(
            'not_ready',
            `Temporal did not make version ${build} of the worker the current one within ${limitMs / 1000} s (${reason}). ` +
              'Running operations continue under the previous version. Run ./pgrow up again.',
          );
        }
        await delay(betweenTriesMs);
      }
    },
    async readPinned(queue) {
      const found: PinnedOperation[] = [];
      let nextPageToken: Uint8Array | undefined;
      do {
        const query = `TaskQueue = "${queue}" AND ExecutionStatus = "Running"`;
        const request = { namespace, query, pageSize, ...(nextPageToken && { nextPageToken }) };
        const page = await briefly(() => workflowService.listWorkflowExecutions(request));
        for (const { execution, type, searchAttributes } of page.executions ?? []) {
          const { [names.database]: database, BuildIds: ids } = searchAttributes?.indexedFields ?? {};
          const build = pinnedBuildOf((read(ids) as string[] | null) ?? [], deployment);
          if (build === null || !execution?.workflowId) continue;
          found.push({
            build,
            workflow_id: execution.workflowId,
            run_id: execution.runId ?? '',
            workflow: type?.name ?? '',
            database: read(database) as string | null,
          });
        }
        nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
      } while (nextPageToken);
      return found;
    },
    async moveAlong({ workflow_id, run_id }) {
      await briefly(() =>
        workflowService.updateWorkflowExecutionOptions({
          namespace,
          workflowExecution: { workflowId: workflow_id, runId: run_id },
          workflowExecutionOptions: { versioningOverride: { behavior: autoUpgrade, autoUpgrade: true } },
          updateMask: { paths: ['versioning_override'] },
        }),
      );
    },
  };
};

const statusOf = (error: unknown): number | undefined => (error as { code?: number }).code;

/** Search attributes are JSON. */
const read = (payload: { data?: Uint8Array | null } | null | undefined): unknown =>
  payload?.data?.length ? JSON.parse(Buffer.from(payload.data).toString()) : null;
