import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A program of the control plane that is measured. */
export interface MeasuredProcess {
  /** Seconds of processor time that it has taken so far. */
  cpuSeconds(): number;
  /** Proportional set size in MB. */
  memoryMb(): number;
  stop(): Promise<void>;
}

/** Linux counts processor time in hundredths of a second. */
const ticksPerSecond = 100;

interface Program {
  readonly checkout: string;
  readonly name: 'api' | 'monitor';
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
}

export const startProcess = ({ checkout, name, home, environment }: Program): MeasuredProcess => {
  const log = openSync(join(home, `${name}.log`), 'a');
  const child = spawn(process.execPath, [join(checkout, 'src', name, 'main.ts')], {
    cwd: home,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...environment },
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const read = (file: string): string => readFileSync(`/proc/${child.pid}/${file}`, 'utf8');
  return {
    cpuSeconds() {
      // After the name in brackets, which may hold anything (proc(5)): fields 14 and 15 are utime and stime.
      const fields = read('stat')
        .replace(/^.*\) /s, '')
        .split(' ');
      return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    },
    memoryMb: () => Math.round(Number(/^Pss:\s+(\d+)/m.exec(read('smaps_rollup'))?.[1] ?? 0) / 1024),
    async stop() {
      child.kill('SIGTERM');
      await Promise.race([ended, delay(5000)]);
      child.kill('SIGKILL');
      await ended;
    },
  };
};
