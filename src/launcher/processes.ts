import { spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from './environment.ts';
import type { Home } from './home.ts';
import { readKept } from './home.ts';
import { lastLines } from './run-command.ts';
import { waitUntil } from './wait-until.ts';
import { launcherError, messageOf } from './launcher-error.ts';

export type ProcessName = 'temporal' | 'worker' | 'api' | 'monitor';

/** A program of the control plane, running by itself, detached from whoever started it. */
export interface ProcessSpec {
  readonly home: Home;
  readonly name: ProcessName;
  readonly command: string;
  readonly arguments: readonly string[];
  /** One of the arguments, by which the process is known again. */
  readonly knownBy: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What it was started with: another one means it has to be started anew. */
  readonly fingerprint: string;
}

export interface RunningProcess {
  readonly pid: number;
  readonly fingerprint: string;
}

/** Bytes after which a log is put aside at the next start. */
const logLimitBytes = 20 * 1024 * 1024;

const pidPath = ({ home, name }: Pick<ProcessSpec, 'home' | 'name'>): string => join(home.run, `${name}.pid`);
export const logPath = ({ home, name }: Pick<ProcessSpec, 'home' | 'name'>): string => join(home.logs, `${name}.log`);

/**
 * The process if it runs. A pid alone proves nothing, it may have gone to a stranger: environment and arguments must be
 * those it was started with. Without a pid file (the starter was killed before it wrote it) all processes are looked at.
 */
export const findProcess = (spec: ProcessSpec): RunningProcess | null => {
  const noted = Number(readKept(pidPath(spec)) ?? Number.NaN);
  const atNoted = Number.isInteger(noted) ? identify(spec, noted) : null;
  if (atNoted) return atNoted;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const found = identify(spec, Number(entry));
    if (!found) continue;
    writeFileSync(pidPath(spec), `${found.pid}\n`);
    return found;
  }
  return null;
};

const identify = (spec: ProcessSpec, pid: number): RunningProcess | null => {
  const environment = readProc(pid, 'environ');
  const isOurs =
    environment.includes(`PGROW_PROCESS=${spec.name}`) &&
    environment.includes(`PGROW_HOME=${spec.home.path}`) &&
    readProc(pid, 'cmdline').includes(spec.knownBy);
  if (!isOurs) return null;
  const mark = 'PGROW_FINGERPRINT=';
  return { pid, fingerprint: environment.find((line) => line.startsWith(mark))?.slice(mark.length) ?? '' };
};

/** Fields of a file below /proc/PID; none for a process that is gone, a zombie, or someone else's. */
const readProc = (pid: number, file: 'environ' | 'cmdline'): readonly string[] => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    return [];
  }
};

export const startProcess = (spec: ProcessSpec): number => {
  const log = logPath(spec);
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > logLimitBytes) renameSync(log, `${log}.1`);
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
    what: `${spec.name} to become healthy`,
    timeoutMs,
    check: async () => {
      const seen = await check();
      if (seen === true) return true;
      if (!findProcess(spec)) throw launcherError(`${spec.name} ended right after its start. ${wrote()}`);
      return seen;
    },
  }).catch((error: unknown) => {
    const message = messageOf(error);
    throw launcherError(message.includes(logPath(spec)) ? message : `${message}. ${wrote()}`, error);
  });
};

/** Asks the process to end and kills it after `graceMs`. False when it did not run. */
export const stopProcess = async (spec: ProcessSpec, graceMs: number): Promise<boolean> => {
  const running = findProcess(spec);
  if (running) {
    signal(running.pid, 'SIGTERM');
    const gone = { what: `${spec.name} to end`, check: async () => identify(spec, running.pid) === null || 'it runs' };
    await waitUntil({ ...gone, timeoutMs: graceMs, intervalMs: 20 }).catch(async () => {
      signal(running.pid, 'SIGKILL');
      await waitUntil({ ...gone, timeoutMs: 5000, intervalMs: 20 });
    });
  }
  rmSync(pidPath(spec), { force: true });
  return running !== null;
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};
