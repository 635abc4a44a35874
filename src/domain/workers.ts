import { pollerLivesFor, processOf, type Poller } from './task-queue.ts';
import { namesOf, type PinnedOperation } from './worker-versions.ts';

/** What Temporal knows of the workers of one control plane. */
export interface KnownWorkers {
  /** Build that gets what begins; null if there is none. */
  readonly current: string | null;
  /** Versions of the deployment, also those under which nothing continues; none where Temporal knows no versions. */
  readonly versions: readonly { readonly build: string; readonly since: string | null }[];
  readonly pollers: readonly VersionedPoller[];
  readonly pinned: readonly PinnedOperation[];
}

/** `build`: null for a worker without a version. */
export interface VersionedPoller extends Poller {
  readonly build: string | null;
}

/**
 * `current` gets what begins, `finishing` has operations that began under it, under `drained` nothing continues, and
 * `prepared` is in the home and has not run yet.
 */
export const versionStatuses = ['current', 'finishing', 'drained', 'prepared'] as const;
export type VersionStatus = (typeof versionStatuses)[number];

export interface WorkersDocument {
  readonly current: string | null;
  readonly versions: readonly {
    readonly version: string;
    readonly status: VersionStatus;
    /** When Temporal first saw its worker, ISO 8601; null before that. */
    readonly since: string | null;
    /** Whether the home is prepared for it. */
    readonly prepared: boolean;
    /** Identities of its workers that poll. */
    readonly workers: readonly string[];
    /** Operations that continue under it and under no other version. */
    readonly operations: readonly PinnedOperation[];
  }[];
  readonly workers: readonly {
    readonly identity: string;
    /** Id of its home, its host and its process there; null for a worker that is not pgrow's. */
    readonly home: string | null;
    readonly host: string | null;
    readonly pid: number | null;
    readonly version: string | null;
    /** Seconds since it last asked for work. Temporal lists a worker for five minutes. */
    readonly seen_ago: number;
    /** A worker that lives asks again within this time. */
    readonly polls: boolean;
  }[];
  /** What an operator should know, in sentences. */
  readonly notices: readonly string[];
}

/** `prepared`: builds of the home, the newest last. */
export const workersDocument = (known: KnownWorkers, prepared: readonly string[]): WorkersDocument => {
  const { current, pollers, pinned } = known;
  const workers = pollers.map(({ identity, build, seen_ago }) => ({
    identity,
    ...(processOf(identity) ?? { home: null, host: null, pid: null }),
    version: build,
    seen_ago,
    polls: seen_ago <= pollerLivesFor,
  }));
  const statusOf = (build: string): VersionStatus => {
    if (build === current) return 'current';
    if (pinned.some((operation) => operation.build === build)) return 'finishing';
    return known.versions.some((version) => version.build === build) ? 'drained' : 'prepared';
  };
  const builds = new Set([
    ...(current === null ? [] : [current]),
    ...prepared.toReversed(),
    ...pinned.map(({ build }) => build),
    ...known.versions.map(({ build }) => build),
  ]);
  const versions = [...builds].map((build) => ({
    version: build,
    status: statusOf(build),
    since: known.versions.find((version) => version.build === build)?.since ?? null,
    prepared: prepared.includes(build),
    workers: workers.flatMap(({ identity, version, polls }) => (version === build && polls ? [identity] : [])),
    operations: pinned.filter((operation) => operation.build === build),
  }));
  return { current, versions, workers, notices: noticesOf(versions, workers, prepared.at(-1) ?? null) };
};

const noticesOf = (
  versions: WorkersDocument['versions'],
  workers: WorkersDocument['workers'],
  newest: string | null,
): readonly string[] => {
  const unserved = versions.filter((one) => one.workers.length === 0);
  const unversioned = workers.some(({ version, polls }) => version === null && polls);
  return [
    ...unserved.flatMap(({ version, status, operations }) =>
      operations.length > 0
        ? [`No worker of version ${version} polls: ${namesOf(operations)} waits for one. Run ./pgrow up.`]
        : status === 'current' && !unversioned
          ? [`No worker of the current version ${version} polls: operations wait for one. Run ./pgrow up.`]
          : [],
    ),
    ...(workers.some(({ polls }) => polls) || versions.some(({ status }) => status === 'current')
      ? []
      : ['No worker polls: operations wait for one. Run ./pgrow up.']),
    ...versions.flatMap(({ version, status }) =>
      version === newest && status !== 'current' && !unversioned
        ? [`Version ${version} was prepared last and is not current yet.`]
        : [],
    ),
  ];
};
