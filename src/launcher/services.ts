import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './home.ts';
import { messageOf } from './launcher-error.ts';
import { entryPoint, sourceDirectory } from './paths.ts';
import { isPortFree, replacePort, type Ports } from './ports.ts';
import {
  findProcess,
  findProcesses,
  runsAsTold,
  startProcess,
  stopProcess,
  waitUntilHealthy,
  type ProcessSpec,
  type RunningProcess,
} from './processes.ts';
import type { Progress } from './progress.ts';

/** Our own programs, in the order in which they are started. */
export const serviceNames = ['worker', 'api', 'monitor'] as const;
export type ServiceName = (typeof serviceNames)[number];

const startTimeoutMs = 60_000;
/** The worker lets its activities end first. */
const stopGraceMs: Record<ServiceName, number> = { worker: 30_000, api: 10_000, monitor: 10_000 };

/** `configuration` is what the program was started with: addresses and image names. */
const serviceProcess = (home: Home, name: ServiceName, configuration: string): ProcessSpec => ({
  home,
  name,
  command: process.execPath,
  arguments: [entryPoint(name)],
  fingerprint: createHash('sha256').update(configuration).update(sourceHash()).digest('hex').slice(0, 16),
});

/** Starts what does not run and what runs with another code or configuration; returns once all are healthy. */
export const ensureServices = async (
  home: Home,
  configuration: string,
  apiPort: number,
  progress: Progress,
): Promise<void> => {
  const specs = serviceNames.map((name) => serviceProcess(home, name, configuration));
  for (const spec of specs) {
    const running = findProcesses(spec);
    if (runsAsTold(running, spec)) continue;
    progress(running[0] ? `Restarting the ${spec.name}: ${whyAgain(running, spec)}` : `Starting the ${spec.name}`);
    if (running.length > 0) await stopService(home, spec.name as ServiceName);
    rmSync(readyPath(home, spec.name), { force: true });
    startProcess(spec);
  }
  await Promise.all(
    specs.map((spec) =>
      waitUntilHealthy(spec, { timeoutMs: startTimeoutMs, check: () => whyUnhealthy(home, spec, apiPort) }),
    ),
  );
};

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

/** False when it did not run. */
export const stopService = async (home: Home, name: ServiceName): Promise<boolean> => {
  const stopped = await stopProcess({ home, name }, stopGraceMs[name]);
  rmSync(readyPath(home, name), { force: true });
  return stopped;
};

const readyPath = (home: Home, name: string): string => join(home.run, `${name}.ready`);

const whyUnhealthy = async (home: Home, { name }: ProcessSpec, apiPort: number): Promise<true | string> => {
  if (name === 'api') {
    const address = `http://127.0.0.1:${apiPort}/healthz`;
    return fetch(address, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.ok || `${address} answers ${response.status}`,
      (error: Error) => `${address}: ${messageOf(error.cause ?? error)}`,
    );
  }
  return existsSync(readyPath(home, name)) || `there is no ${readyPath(home, name)}`;
};

/** Of all code that a program could have loaded, so that `up` after an update replaces what still runs the old one. */
const sourceHash = (): string => {
  const hash = createHash('sha256');
  const files = readdirSync(sourceDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file));
  return hash.digest('hex');
};
