import { readdirSync, rmSync } from 'node:fs';
import type { WorkerVersions } from '../client/worker-versions.ts';
import { watchQueueOf } from '../domain/naming.ts';
import { movedLine, olderVersions, servedLine, strandedLine, type PinnedOperation } from '../domain/worker-versions.ts';
import type { Home } from './home.ts';
import { findProcesses, runsAsTold, stopProcess } from './processes.ts';
import type { Progress } from './progress.ts';
import { ensureRunning, stopGraceMs, untilHealthy } from './services.ts';
import { imagesPath } from './settings.ts';
import { buildsDirectory, findBuild, holdOnly } from './builds.ts';
import { workerProcess } from './worker-process.ts';

export interface ServeVersions {
  readonly home: Home;
  readonly versions: WorkerVersions;
  /** Build that is to get what begins. */
  readonly current: string;
  /** What workers are started with. */
  readonly configuration: string;
  readonly taskQueue: string;
  /** Whether operations whose version is gone continue under this one. */
  readonly moveOperations: boolean;
  readonly progress: Progress;
}

/** Milliseconds; a new version is known a second or two after its worker has begun. */
const currentWithinMs = 45_000;

/** Stops a worker from before there were versions: it would take what is not pinned to any. */
export const stopUnversioned = async (home: Home): Promise<void> => {
  const unversioned = { home, name: 'worker', build: '' } as const;
  if (findProcesses(unversioned).length > 0) await stopProcess(unversioned, stopGraceMs.worker);
};

/**
 * Makes this version of the worker the current one, and runs those beside it under which operations continue. One that has
 * none left ends by itself.
 */
export const serveVersions = async (options: ServeVersions): Promise<void> => {
  const { home, versions, current, taskQueue, progress } = options;
  if (!(await versions.areSupported())) {
    await stopOthers(options, () => true);
    progress(
      'This Temporal does not support worker versions: after an update, running operations continue with the new code. Update only while none is running',
    );
    return;
  }
  await makeCurrent(options, current);
  const pinned = await versions.readPinned(taskQueue);
  const { serve, stranded } = olderVersions({ current, pinned, isKept: (build) => findBuild(build) !== null });
  for (const [build, operations] of serve) await serveOlder(options, build, operations);
  if (stranded.length > 0) await helpStranded(options, stranded);
  await stopOthers(options, (build) => !serve.has(build) && isOutdated(options, build));
  const needed = [current, ...serve.keys(), ...runningBuilds(home)];
  await holdOnly(home, needed, progress);
  forgetImages(home, needed);
};

const serveOlder = async (
  { home, configuration, progress }: ServeVersions,
  build: string,
  operations: readonly PinnedOperation[],
): Promise<void> => {
  const spec = olderProcess(home, build, configuration);
  if (!spec) return;
  progress(servedLine(build, operations));
  await ensureRunning(spec, progress);
  await untilHealthy(spec);
};

/** Gives a version what begins from now on. @throws PgrowError `not_ready` when its worker does not ask for work */
export const makeCurrent = (
  { versions, taskQueue }: Pick<ServeVersions, 'versions' | 'taskQueue'>,
  build: string,
): Promise<void> => versions.makeCurrent(build, [taskQueue, watchQueueOf(taskQueue)], currentWithinMs);

/** Names operations whose version is gone, or lets them continue under the current one. */
export const helpStranded = async (
  { versions, moveOperations, progress }: Pick<ServeVersions, 'versions' | 'moveOperations' | 'progress'>,
  stranded: readonly PinnedOperation[],
): Promise<void> => {
  if (!moveOperations) return progress(strandedLine(stranded, buildsDirectory()));
  for (const operation of stranded) await versions.moveAlong(operation);
  progress(movedLine(stranded));
};

const stopOthers = async ({ home, current }: ServeVersions, unwanted: (build: string) => boolean): Promise<void> => {
  for (const build of runningBuilds(home))
    if (build !== current && unwanted(build))
      await stopProcess({ home, name: 'worker', build, older: true }, stopGraceMs.worker);
};

/** One that has nothing left to do sees that by itself, unless it looks for Temporal elsewhere. */
const isOutdated = ({ home, configuration }: ServeVersions, build: string): boolean => {
  const spec = olderProcess(home, build, configuration);
  return spec === null || !runsAsTold(findProcesses(spec), spec);
};

const olderProcess = (home: Home, build: string, configuration: string) => {
  const copy = findBuild(build);
  return copy && ({ ...workerProcess(home, copy, configuration), older: true } as const);
};

const runningBuilds = (home: Home): readonly string[] => [
  ...new Set(findProcesses({ home, name: 'worker' }).map(({ build }) => build)),
];

/** Of versions that do not run any longer. */
export const forgetImages = (home: Home, needed: readonly string[]): void => {
  for (const name of readdirSync(home.path)) {
    const [, build] = /^images-([0-9a-f]+)\.json$/.exec(name) ?? [];
    if (build !== undefined && !needed.includes(build)) rmSync(imagesPath(home, build), { force: true });
  }
};
