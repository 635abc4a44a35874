import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Breakpoint } from '../src/worker/breakpoints.ts';
import type { Chaos } from './chaos.ts';
import { until } from './until.ts';

/** The processes of the control plane, as a power cut and a debugger treat them. */

const patienceMs = 20_000;

export const pidOf = ({ settings }: Chaos, name: 'worker' | 'temporal'): number =>
  Number(readFileSync(join(settings.home, 'run', `${name}.pid`), 'utf8'));

/** As /proc has it: `T` is stopped, null is gone. */
const stateOf = (pid: number): string | null => {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
};

export const killNow = async (pid: number): Promise<void> => {
  process.kill(pid, 'SIGKILL');
  await until(`process ${pid} gone`, patienceMs, () => [null, 'Z'].includes(stateOf(pid)));
};

export const arm = ({ breakpointFile }: Chaos, breakpoint: Breakpoint): void =>
  writeFileSync(breakpointFile, JSON.stringify(breakpoint));

/** Until the worker stands still where it was told to; false when it is over before. */
export const standingStill = async (chaos: Chaos, over: () => boolean, timeoutMs: number): Promise<boolean> =>
  until('the worker to stand still', timeoutMs, () => {
    if (!existsSync(chaos.breakpointFile) && stateOf(pidOf(chaos, 'worker')) === 'T') return { reached: true };
    return over() && { reached: false };
  }).then(({ reached }) => reached);

/** One that does not stand still is not disturbed; one that is gone stays gone. */
export const wake = (chaos: Chaos): void => {
  const pid = pidOf(chaos, 'worker');
  if (stateOf(pid) === 'T') process.kill(pid, 'SIGCONT');
};
