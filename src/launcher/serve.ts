import { rmSync, writeFileSync } from 'node:fs';
import { openWorkerVersions } from '../client/worker-versions.ts';
import { deploymentNameOf } from '../domain/naming.ts';
import { ensureBuild, findBuild, hashOfSources } from './builds.ts';
import { startChild } from './child-program.ts';
import { readEnvironment } from './environment.ts';
import { openHome, type Home } from './home.ts';
import { launcherError } from './launcher-error.ts';
import { repositoryRoot } from './paths.ts';
import type { Progress } from './progress.ts';
import { serveWorker } from './serve-worker.ts';
import type { ServiceName } from './services.ts';
import { readSettings } from './settings.ts';

export interface Serve {
  readonly program: ServiceName;
  /** File that is there while worker or monitor serves, for health checks. */
  readonly readyFile?: string | undefined;
  /** Whether operations whose version of the worker is gone continue under this one. */
  readonly moveOperations: boolean;
  readonly progress: Progress;
}

/**
 * Runs one program of a home that was prepared, in the foreground: for containers and service managers. Returns after
 * SIGTERM or SIGINT, once the program has ended.
 * @throws PgrowError when the program ends by itself
 */
export const serve = async (options: Serve): Promise<void> => {
  const home = openHome(readEnvironment().home);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  const showReady = markReady(options.readyFile);
  showReady(false);
  if (options.program === 'worker') await serveVersionsOfWorker(home, options, showReady, stop.signal);
  else await serveProgram(home, options.program, showReady, stop.signal);
};

const serveVersionsOfWorker = async (
  home: Home,
  { moveOperations, progress }: Serve,
  onSettled: (isSettled: boolean) => void,
  signal: AbortSignal,
): Promise<void> => {
  const { temporal } = readSettings();
  const { id: own } = await ensureBuild(home, progress);
  const versions = openWorkerVersions(temporal, deploymentNameOf(home.id));
  try {
    const { taskQueue } = temporal;
    const start = (id: string) => startChild(home, 'worker', findBuild(id)!);
    await serveWorker({ home, own, versions, taskQueue, moveOperations, start, onSettled, signal, progress });
  } finally {
    await versions.close();
  }
};

/** From these sources: there is one version of it at a time. */
const serveProgram = async (
  home: Home,
  program: ServiceName,
  showReady: (isReady: boolean) => void,
  signal: AbortSignal,
): Promise<void> => {
  // An error of the settings is the answer, not the end of a child.
  readSettings();
  const child = startChild(home, program, { id: hashOfSources(), directory: repositoryRoot });
  const look = setInterval(() => showReady(child.isReady()), readyEveryMs);
  const stopped = new Promise<'stopped'>((resolve) => signal.addEventListener('abort', () => resolve('stopped')));
  try {
    const how = await Promise.race([child.ended, stopped]);
    if (how !== 'stopped') throw launcherError(`The ${program} has ended by itself (${how ?? 'exit code 0'}).`);
    await child.stop();
  } finally {
    clearInterval(look);
    showReady(false);
  }
};

const readyEveryMs = 500;

const markReady = (file: string | undefined): ((isReady: boolean) => void) => {
  let shown: boolean | null = null;
  return (isReady) => {
    if (file === undefined || isReady === shown) return;
    if (isReady) writeFileSync(file, '');
    else rmSync(file, { force: true });
    shown = isReady;
  };
};
