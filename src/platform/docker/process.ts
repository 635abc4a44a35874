import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { statusOf } from './engine-errors.ts';
import type { FirstProcess } from '../platform.ts';

/** Null as well where processes of containers are not to be seen from here: with an engine on another machine. */
export const firstProcess = async (docker: Docker, name: string): Promise<FirstProcess | null> => {
  try {
    const { Id: id, State: state } = await docker.getContainer(name).inspect();
    const { Pid: pid } = state;
    const born = pid > 0 ? await readProcess(pid) : null;
    if (!born || !(await readFile(`/proc/${pid}/cgroup`, 'utf8')).includes(id)) return null;
    return {
      hasEnded: async () => {
        const now = await readProcess(pid);
        return now?.startedAt !== born.startedAt || now.isDead;
      },
    };
  } catch (error) {
    if (statusOf(error) === 404 || isGone(error)) return null;
    throw error;
  }
};

/** `/proc/PID/stat` (proc(5)): what comes after the name in parentheses begins with field 3. Null when there is no such process. */
const readProcess = async (pid: number) => {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { isDead: ['Z', 'X', 'x'].includes(fields[0]!), startedAt: fields[19]! };
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
};

/** A process that ends while it is read is gone as well. */
const isGone = (error: unknown): boolean => ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');
