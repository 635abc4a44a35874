/**
 * A task queue belongs to one control plane: of two that ask it for work each would take the other's, and find none of
 * its databases there.
 */

/** Workflow type that holds a task queue for a control plane, and what its memo says. */
export const queueHolderType = 'holdTaskQueue';
export interface QueueHolder {
  /** Id of the home: eight hexadecimal digits. */
  readonly home: string;
  /** PGROW_HOME. */
  readonly path: string;
  readonly host: string;
}

/** One that asks a task queue for workflow tasks, or did so within the last five minutes: Temporal forgets it then. */
export interface Poller {
  readonly identity: string;
  /** Seconds since it last asked. */
  readonly seen_ago: number;
}

const identityPrefix = 'pgrow-worker ';

/** By what a worker process is known. Containers share process ids, and host names on the host's network. */
export interface WorkerProcess {
  readonly pid: number;
  readonly host: string;
  /** Random. */
  readonly instance: string;
}

/** Identity of a worker in Temporal. It begins with the home, which distinguishes control planes. */
export const workerIdentity = (home: string, { pid, host, instance }: WorkerProcess): string =>
  `${identityPrefix}${home} ${pid}@${host} ${instance}`;

/** Null for an identity that is not that of a worker of pgrow. Older ones have no instance. */
export const processOf = (
  identity: string,
): { readonly home: string; readonly pid: number; readonly host: string } | null => {
  const [, home, pid, host] = /^pgrow-worker (\S+) (\d+)@(\S+)/.exec(identity) ?? [];
  return home === undefined || host === undefined ? null : { home, pid: Number(pid), host };
};

/** Seconds. A worker that lives asks again within one minute, and one that has ended is listed for five. */
export const pollerLivesFor = 90;

/** A worker of another control plane that may still live; null when there is none. What is not pgrow's is not ours to judge. */
export const workerOfAnother = (pollers: readonly Poller[], home: string): Poller | null =>
  pollers.find(
    ({ identity, seen_ago }) =>
      identity.startsWith(identityPrefix) &&
      !identity.startsWith(`${identityPrefix}${home} `) &&
      seen_ago <= pollerLivesFor,
  ) ?? null;
