import { setTimeout as delay } from 'node:timers/promises';
import type { WorkerVersions } from '../client/worker-versions.ts';
import { versionsToRun, type VersionsToRun } from '../domain/worker-versions.ts';
import { findBuild, holdOnly } from './builds.ts';
import type { ChildProgram } from './child-program.ts';
import type { Home } from './home.ts';
import { launcherError, messageOf } from './launcher-error.ts';
import { readPrepared } from './prepared.ts';
import type { Progress } from './progress.ts';
import { forgetImages, helpStranded, makeCurrent } from './serve-versions.ts';

export interface ServeWorker {
  readonly home: Home;
  /** Build that is served. */
  readonly own: string;
  readonly versions: WorkerVersions;
  readonly taskQueue: string;
  /** Whether operations whose version is gone continue under this one. */
  readonly moveOperations: boolean;
  readonly start: (build: string) => ChildProgram;
  /** Hears whether all that has to run here does. */
  readonly onSettled: (isSettled: boolean) => void;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly everyMs?: { readonly settled: number; readonly unsettled: number };
}

/** Newest versions whose copies stay, also when nothing continues under them. */
const keptForReturn = 3;

const usuallyEveryMs = { settled: 10_000, unsettled: 500 };

/**
 * Runs the worker of this version, makes it the current one if none newer was prepared, and runs those of earlier versions
 * beside it while operations continue under them. Several may do the same for one home. Returns once `signal` aborts and
 * all have ended.
 * @throws PgrowError when this version's worker dies: whatever watches this process starts it again
 */
export const serveWorker = async (options: ServeWorker): Promise<void> => {
  const { home, own, signal, progress, everyMs = usuallyEveryMs } = options;
  if (!readPrepared(home).includes(own))
    throw launcherError(`Version ${own} has not been prepared in ${home.path}. Run first: pgrow prepare`);
  const running = new Map<string, ChildProgram>();
  const died = Promise.withResolvers<never>();
  // Handled below, or too late to matter.
  died.promise.catch(() => undefined);
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  const say = sayOnce(progress);

  const run = (build: string): void => {
    if (running.has(build) || signal.aborted) return;
    progress(`Starting the worker of version ${build}`);
    const child = options.start(build);
    running.set(build, child);
    void child.ended.then((how) => {
      running.delete(build);
      if (signal.aborted) return;
      const message = `The worker of version ${build} has ended${how === null ? ': nothing continues under it' : ` (${how})`}`;
      if (how !== null && build === own) died.reject(launcherError(message));
      else progress(message);
    });
  };

  /** @returns whether all that has to run here does */
  const round = async (): Promise<boolean> => {
    const prepared = readPrepared(home);
    // Without asking Temporal, which may be away for longer than this version.
    if (prepared.at(-1) === own) run(own);
    else say(`Version ${prepared.at(-1)} is newer than this one (${own}), which only finishes what began under it`);
    const wanted = await lookAround(options, prepared);
    if (wanted.stranded.length > 0) await helpStranded({ ...options, progress: say }, wanted.stranded);
    for (const build of wanted.run) run(build);
    const isReady = wanted.run.every((build) => running.get(build)?.isReady());
    if (wanted.becomesCurrent && running.get(own)?.isReady()) await becomeCurrent(options);
    if (prepared.at(-1) === own) await release(options, [...wanted.run, ...prepared.slice(-keptForReturn)]);
    return isReady;
  };
  const tryRound = async (): Promise<boolean> => {
    try {
      return await round();
    } catch (error) {
      say(`Cannot see to the versions of the worker: ${messageOf(error)}`);
      return false;
    }
  };

  try {
    while (!signal.aborted) {
      const isSettled = await Promise.race([tryRound(), died.promise, stopped]);
      if (signal.aborted) break;
      options.onSettled(isSettled === true);
      const pause = delay(isSettled ? everyMs.settled : everyMs.unsettled, undefined, { signal });
      await Promise.race([pause.catch(() => undefined), died.promise]);
    }
  } finally {
    options.onSettled(false);
    await Promise.all([...running.values()].map((child) => child.stop()));
  }
};

const lookAround = async (
  { versions, own, taskQueue }: ServeWorker,
  prepared: readonly string[],
): Promise<VersionsToRun> => {
  if (!(await versions.areSupported()))
    return { run: prepared.at(-1) === own ? [own] : [], stranded: [], becomesCurrent: false };
  const [current, pinned] = await Promise.all([versions.readCurrent(), versions.readPinned(taskQueue)]);
  return versionsToRun({ own, prepared, current, pinned, isKept: (build) => findBuild(build) !== null });
};

const becomeCurrent = async (options: ServeWorker): Promise<void> => {
  const { own, progress } = options;
  await makeCurrent(options, own);
  progress(`Version ${own} gets what begins from now on`);
};

/** Copies and images of versions that are no longer needed. */
const release = async ({ home, progress }: ServeWorker, needed: readonly string[]): Promise<void> => {
  await holdOnly(home, needed, progress);
  forgetImages(home, needed);
};

const sayOnce = (progress: Progress): Progress => {
  const said = new Set<string>();
  return (line) => {
    if (!said.has(line)) progress(line);
    said.add(line);
  };
};
