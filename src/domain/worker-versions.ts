import { operationTypeOf, type OperationWorkflow } from './inputs.ts';

/**
 * Versions of the worker. One is current and gets what begins and what moves along with it; an older one runs beside it for
 * as long as operations continue that began under it. A version is known by its build: sixteen hexadecimal digits, a hash of
 * the sources.
 */

/** An operation that continues under the version that it began under. */
export interface PinnedOperation {
  readonly build: string;
  readonly workflow_id: string;
  readonly run_id: string;
  /** Type of its workflow. */
  readonly workflow: string;
  /** Name of the database; null if its caller has set no search attributes. */
  readonly database: string | null;
}

/**
 * The build that a workflow is pinned to, out of its search attribute `BuildIds`; null if it is pinned to none of this
 * deployment. Temporal writes `pinned:DEPLOYMENT:BUILD`, with a dot before 1.30.
 */
export const pinnedBuildOf = (buildIds: readonly string[], deployment: string): string | null => {
  const prefix = `pinned:${deployment}`;
  const pinned = buildIds.find((id) => id.startsWith(prefix) && /[.:]/.test(id.charAt(prefix.length)));
  return pinned?.slice(prefix.length + 1) || null;
};

export interface OlderVersions {
  /** Builds whose worker has to run beside the current one, each with its operations. */
  readonly serve: ReadonlyMap<string, readonly PinnedOperation[]>;
  /** Operations that cannot continue: the copy of their build is gone. */
  readonly stranded: readonly PinnedOperation[];
}

export const olderVersions = ({
  current,
  pinned,
  isKept,
}: {
  readonly current: string;
  readonly pinned: readonly PinnedOperation[];
  readonly isKept: (build: string) => boolean;
}): OlderVersions => {
  const older = pinned.filter(({ build }) => build !== current);
  const kept = older.filter(({ build }) => isKept(build));
  return {
    serve: Map.groupBy(kept, ({ build }) => build),
    stranded: older.filter((operation) => !kept.includes(operation)),
  };
};

export interface VersionsToRun {
  /** Builds whose worker has to run. */
  readonly run: readonly string[];
  /** Operations that cannot continue: the copy of their build is gone. */
  readonly stranded: readonly PinnedOperation[];
  /** Whether this version is to get what begins and does not yet. */
  readonly becomesCurrent: boolean;
}

/**
 * What runs where version `own` is served: its worker, and those of versions that were prepared before it, while operations
 * continue under them. Only the newest version becomes the current one: an older one that starts again during an update
 * does not.
 */
export const versionsToRun = ({
  own,
  prepared,
  current,
  pinned,
  isKept,
}: {
  readonly own: string;
  /** Builds, the newest last. */
  readonly prepared: readonly string[];
  readonly current: string | null;
  readonly pinned: readonly PinnedOperation[];
  readonly isKept: (build: string) => boolean;
}): VersionsToRun => {
  const isNewest = prepared.at(-1) === own;
  const newer = prepared.slice(prepared.indexOf(own) + 1);
  const known = pinned.filter(({ build }) => !newer.includes(build));
  const { serve, stranded } = olderVersions({ current: own, pinned: known, isKept });
  const isNeeded = isNewest || current === own || known.some(({ build }) => build === own);
  return {
    run: [...(isNeeded ? [own] : []), ...serve.keys()],
    stranded,
    becomesCurrent: isNewest && current !== own,
  };
};

/** For the person who waits for `up`. */
export const servedLine = (build: string, operations: readonly PinnedOperation[]): string =>
  operations.length === 1
    ? `The worker of version ${build} keeps running for ${namesOf(operations)}, which started under it, and ends afterwards`
    : `The worker of version ${build} keeps running for ${operations.length} operations that started under it (${namesOf(operations)}), and ends after the last of them`;

export const strandedLine = (operations: readonly PinnedOperation[], place: string): string => {
  const builds = [...new Set(operations.map(({ build }) => build))].join(', ');
  return (
    `These operations cannot continue: ${namesOf(operations)}. They started under version ${builds}, whose copy is not in ${place}. ` +
    'Run ./pgrow up in a checkout of that version, or continue them under this version: ./pgrow up --move-operations (where containers serve it: pgrow serve worker --move-operations)'
  );
};

export const movedLine = (operations: readonly PinnedOperation[]): string =>
  `These operations continue under this version: ${namesOf(operations)}. If one of them makes no progress, terminate its workflow in Temporal Web and repeat it`;

/** For a person. */
export const namesOf = (operations: readonly PinnedOperation[]): string =>
  operations
    .map(({ workflow, database, workflow_id }) => {
      const type = operationTypeOf[workflow as OperationWorkflow] ?? workflow;
      return `${type.replaceAll('_', ' ')} of ${database ?? workflow_id}`;
    })
    .join(', ');

export interface KeptBuild {
  readonly build: string;
  /** Whether a control plane still needs it. */
  readonly held: boolean;
  /** Milliseconds since 1970. */
  readonly used_at: number;
}

/** Builds to remove so that at most `limit` are left that no control plane needs: the least recently used ones. */
export const dispensable = (builds: readonly KeptBuild[], limit: number): readonly string[] =>
  builds
    .filter(({ held }) => !held)
    .toSorted((a, b) => b.used_at - a.used_at)
    .slice(limit)
    .map(({ build }) => build);
