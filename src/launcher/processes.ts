import { spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from './environment.ts';
import type { Home } from './home.ts';
import { readKept } from './home.ts';
import { commandOf, directoryOf, environmentOf, leadsSession, processIds, worksIn } from './process-table.ts';
import { putAside } from './log-files.ts';
import { lastLines } from './run-command.ts';
import { waitUntil } from './wait-until.ts';
import { launcherError, messageOf } from './launcher-error.ts';

const processNames = ['temporal', 'worker', 'api', 'monitor'] as const;
export type ProcessName = (typeof processNames)[number];

/** A program of the control plane, detached from the process that started it. */
export interface ProcessSpec {
  readonly home: Home;
  readonly name: ProcessName;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What it was started with: another one means that it has to be restarted. */
  readonly fingerprint: string;
  /** Of a worker: one of each build may run. */
  readonly build?: string;
  /** An older worker beside the current one, with a pid file of its own. */
  readonly older?: true;
}

export interface RunningProcess {
  readonly pid: number;
  readonly fingerprint: string;
  /** Empty for all but workers, and for a worker from before there were builds. */
  readonly build: string;
  /** Path that its home had when it was started. */
  readonly startedIn: string;
  /** Program and arguments. */
  readonly command: readonly string[];
}

/** By what a process is known again, whichever checkout started it: of every build where none is named. */
type Known = Pick<ProcessSpec, 'home' | 'name' | 'build' | 'older'>;

/** For a person. */
export const titleOf = ({ name, build, older }: Known): string => (older ? `${name} of version ${build}` : name);

const pidPath = ({ home, name, build, older }: Known): string =>
  join(home.run, older ? `${name}-${build}.pid` : `${name}.pid`);
export const logPath = ({ home, name }: Known): string => join(home.logs, `${name}.log`);

/**
 * The process if it runs. A pid alone proves nothing, it may have gone to a stranger: it must say that it is this process,
 * and work in the home's directory, which it does also after that was moved. Where its program lies proves nothing, either:
 * a home may be used from several checkouts, an older and a newer one. Without a pid file (the starter was killed before it
 * wrote it) all processes are looked at.
 */
export const findProcess = (known: Known): RunningProcess | null => {
  const noted = notedPid(known);
  const atNoted = noted === null ? null : identify(known, noted);
  if (atNoted) return atNoted;
  const [found] = findProcesses(known);
  if (!found) return null;
  writeFileSync(pidPath(known), `${found.pid}\n`);
  return found;
};

/** All that run: by mistake there may be more than one. */
export const findProcesses = (known: Known): readonly RunningProcess[] =>
  processIds().flatMap((pid) => identify(known, pid) ?? []);

const identify = (known: Known, pid: number): RunningProcess | null => {
  const { home, name, build } = known;
  const environment = environmentOf(pid);
  if (!environment.includes(`PGROW_PROCESS=${name}`) || !leadsSession(pid)) return null;
  const value = (variable: string): string =>
    environment.find((line) => line.startsWith(`${variable}=`))?.slice(variable.length + 1) ?? '';
  if (build !== undefined && value('PGROW_BUILD') !== build) return null;
  const startedIn = value('PGROW_HOME');
  // Of a home that was removed, or moved to another disk, the path and the pid file are left to know it by.
  const isLeft = () => directoryOf(pid) === null && (startedIn === home.path || notedPid(known) === pid);
  if (!worksIn(pid, home.path) && !isLeft()) return null;
  const [fingerprint, ofBuild] = [value('PGROW_FINGERPRINT'), value('PGROW_BUILD')];
  return { pid, fingerprint, build: ofBuild, startedIn, command: commandOf(pid) };
};

/** Null without a pid file. */
const notedPid = (known: Known): number | null => {
  const noted = Number(readKept(pidPath(known)) ?? Number.NaN);
  return Number.isInteger(noted) ? noted : null;
};

/**
 * @throws PgrowError when a pid file of this home names a process that works in another one: this home is a copy of that,
 * with the same containers, and two control planes must never share those
 */
export const refuseCopy = (home: Home): void => {
  for (const name of processNames) {
    const pid = notedPid({ home, name });
    if (pid === null || !environmentOf(pid).includes(`PGROW_PROCESS=${name}`) || identify({ home, name }, pid))
      continue;
    const place = directoryOf(pid);
    throw launcherError(
      `${home.path} is a copy of ${place ?? 'a home that is gone'}, whose ${name} runs (process ${pid}). Nothing was touched. ` +
        `Stop that control plane first: PGROW_HOME=${place ?? home.path} ./pgrow down`,
    );
  }
};

/** Whether it runs once, as it would be started today. */
export const runsAsTold = (running: readonly RunningProcess[], { home, fingerprint }: ProcessSpec): boolean =>
  running.length === 1 && running[0]?.fingerprint === fingerprint && running[0].startedIn === home.path;

export const startProcess = (spec: ProcessSpec): number => {
  const log = logPath(spec);
  putAside(log);
  const output = openSync(log, 'a', 0o600);
  try {
    const child = spawn(spec.command, spec.arguments, {
      cwd: spec.home.path,
      detached: true,
      stdio: ['ignore', output, output],
      env: childEnvironment({
        ...spec.environment,
        PGROW_HOME: spec.home.path,
        PGROW_PROCESS: spec.name,
        PGROW_FINGERPRINT: spec.fingerprint,
        PGROW_BUILD: spec.build ?? '',
      }),
    });
    child.once('error', () => undefined);
    child.unref();
    if (child.pid === undefined) throw launcherError(`${spec.name} cannot be started: ${spec.command} does not run.`);
    writeFileSync(pidPath(spec), `${child.pid}\n`);
    return child.pid;
  } finally {
    closeSync(output);
  }
};

/** Waits until `check` is true; ends at once, with what it wrote last, when the process dies. */
export const waitUntilHealthy = async (
  spec: ProcessSpec,
  { check, timeoutMs }: { check: () => Promise<true | string>; timeoutMs: number },
): Promise<void> => {
  const logStart = statSync(logPath(spec), { throwIfNoEntry: false })?.size ?? 0;
  const wrote = (): string => {
    const log = readFileSync(logPath(spec))
      .subarray(Math.max(0, logStart - 4000))
      .toString();
    return `The end of ${logPath(spec)}:\n${lastLines(log)}`;
  };
  await waitUntil({
    what: `${titleOf(spec)} to become healthy`,
    timeoutMs,
    check: async () => {
      const seen = await check();
      if (seen === true) return true;
      if (!findProcess(spec)) throw launcherError(`${titleOf(spec)} ended right after its start. ${wrote()}`);
      return seen;
    },
  }).catch((error: unknown) => {
    const message = messageOf(error);
    throw launcherError(message.includes(logPath(spec)) ? message : `${message}. ${wrote()}`, error);
  });
};

/** Asks the process to end, every one if there are several, and kills it after `graceMs`. False when it did not run. */
export const stopProcess = async (known: Known, graceMs: number): Promise<boolean> => {
  const running = findProcesses(known);
  await Promise.all(running.map(({ pid }) => end(known, pid, graceMs)));
  rmSync(pidPath(known), { force: true });
  return running.length > 0;
};

const end = async (known: Known, pid: number, graceMs: number): Promise<void> => {
  signal(pid, 'SIGTERM');
  const gone = { what: `${known.name} to end`, check: async () => identify(known, pid) === null || 'it runs' };
  await waitUntil({ ...gone, timeoutMs: graceMs, intervalMs: 20 }).catch(async () => {
    signal(pid, 'SIGKILL');
    await waitUntil({ ...gone, timeoutMs: 5000, intervalMs: 20 });
  });
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};
