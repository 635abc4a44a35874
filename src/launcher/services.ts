import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandFor, type Build } from './builds.ts';
import type { Home } from './home.ts';
import { messageOf } from './launcher-error.ts';
import { isPortFree, replacePort, type Ports } from './ports.ts';
import {
  findProcess,
  findProcesses,
  runsAsTold,
  startProcess,
  stopProcess,
  titleOf,
  waitUntilHealthy,
  type ProcessSpec,
  type RunningProcess,
} from './processes.ts';
import type { Progress } from './progress.ts';
import { runPath } from './settings.ts';

/** Our own programs, in the order in which they are started. */
export const serviceNames = ['worker', 'api', 'monitor'] as const;
export type ServiceName = (typeof serviceNames)[number];

const startTimeoutMs = 60_000;
/** The worker lets its activities end first. */
export const stopGraceMs: Record<ServiceName, number> = { worker: 30_000, api: 10_000, monitor: 10_000 };

/** `configuration` is what the program was started with: addresses and image names. */
const serviceProcess = (
  { home, build, configuration, console }: EnsureServices,
  name: Exclude<ServiceName, 'worker'>,
): ProcessSpec => ({
  home,
  name,
  ...commandFor(build, name),
  fingerprint: fingerprintOf(name === 'api' ? JSON.stringify([configuration, console]) : configuration),
});

export interface EnsureServices {
  readonly home: Home;
  /** Whose programs run. */
  readonly build: Build;
  /** The worker as it is to run now. */
  readonly worker: ProcessSpec;
  /** Of the other programs: what they are started with, and the code that they load. */
  readonly configuration: string;
  /** Folder of the web console that the API serves; null for none. */
  readonly console: string | null;
  readonly apiPort: number;
  readonly progress: Progress;
}

/** Starts what does not run and what runs with another code or configuration; returns once all are healthy. */
export const ensureServices = async (options: EnsureServices): Promise<void> => {
  const { worker, apiPort, progress } = options;
  const specs = [worker, serviceProcess(options, 'api'), serviceProcess(options, 'monitor')];
  for (const spec of specs) await ensureRunning(spec, progress);
  await Promise.all(specs.map((spec) => untilHealthy(spec, apiPort)));
};

/** Starts it unless it runs with this code and configuration. */
export const ensureRunning = async (spec: ProcessSpec, progress: Progress): Promise<void> => {
  const running = findProcesses(spec);
  if (runsAsTold(running, spec)) return;
  const title = titleOf(spec);
  progress(running[0] ? `Restarting the ${title}: ${whyAgain(running, spec)}` : `Starting the ${title}`);
  if (running.length > 0) await stopProcess(spec, stopGraceMs[spec.name as ServiceName]);
  rmSync(runPath(spec.home, spec.name, 'ready', spec), { force: true });
  startProcess(spec);
};

export const untilHealthy = (spec: ProcessSpec, apiPort?: number): Promise<void> =>
  waitUntilHealthy(spec, { timeoutMs: startTimeoutMs, check: () => whyUnhealthy(spec, apiPort) });

/** `up` from any checkout takes the home over, as after an update into another folder. */
const whyAgain = (running: readonly RunningProcess[], spec: ProcessSpec): string => {
  if (running.length > 1) return `it ran ${running.length} times`;
  const [{ startedIn } = { startedIn: spec.home.path }] = running;
  if (startedIn !== spec.home.path) return `its home was moved here from ${startedIn}`;
  const program = running[0]?.command.find((argument) => argument.endsWith('main.ts'));
  return program === undefined || spec.arguments.includes(program)
    ? 'its code or configuration has changed'
    : `it was started from another checkout (${program})`;
};

/** The API's port, or another one when it is to be started and someone else has it. */
export const ensureApiPort = async (home: Home, ports: Ports, progress: Progress): Promise<Ports> => {
  if (findProcess({ home, name: 'api' }) || (await isPortFree(ports.api))) return ports;
  const changed = await replacePort(home, ports, 'api');
  progress(`Port ${ports.api} of the API is taken by another program: using ${changed.api}`);
  return changed;
};

/** Of every version, where there are several. False when it did not run. */
export const stopService = async (home: Home, name: ServiceName): Promise<boolean> => {
  const stopped = await stopProcess({ home, name }, stopGraceMs[name]);
  // Not those of a program that `serve` runs.
  const own =
    name === 'worker' ? /^worker(-[0-9a-f]+)?\.(pid|ready|sock)$/ : new RegExp(`^${name}\\.(pid|ready|sock)$`);
  for (const file of readdirSync(home.run)) if (own.test(file)) rmSync(join(home.run, file), { force: true });
  return stopped;
};

const whyUnhealthy = async ({ home, name, build }: ProcessSpec, apiPort?: number): Promise<true | string> => {
  if (name === 'api') {
    const address = `http://127.0.0.1:${apiPort}/healthz`;
    return fetch(address, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.ok || `${address} answers ${response.status}`,
      (error: Error) => `${address}: ${messageOf(error.cause ?? error)}`,
    );
  }
  const ready = runPath(home, name, 'ready', { build });
  return existsSync(ready) || `there is no ${ready}`;
};

/** Sixteen hexadecimal digits. */
export const fingerprintOf = (configuration: string): string =>
  createHash('sha256').update(configuration).digest('hex').slice(0, 16);
