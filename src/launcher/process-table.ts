import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';

/** What the kernel says of the processes of this machine (proc(5)). Nothing of one that is gone, a zombie, or someone else's. */

export const processIds = (): readonly number[] =>
  readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? [Number(entry)] : []));

/** Variables that it was started with, `NAME=value`. */
export const environmentOf = (pid: number): readonly string[] => readProc(pid, 'environ');

/** Program and arguments. */
export const commandOf = (pid: number): readonly string[] => readProc(pid, 'cmdline').slice(0, -1);

/** Whether it leads a session, as what is started detached does; what it has started itself has the same environment. */
export const leadsSession = (pid: number): boolean => {
  // The second field is the program's name in parentheses, and may hold anything (proc_pid_stat(5)).
  const [stat = ''] = readProc(pid, 'stat');
  const [, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return session === String(pid);
};

/** Whether it works in this directory, whatever the directory's path was when it began. */
export const worksIn = (pid: number, directory: string): boolean => {
  try {
    const [theirs, ours] = [statSync(`/proc/${pid}/cwd`), statSync(directory)];
    return theirs.dev === ours.dev && theirs.ino === ours.ino;
  } catch {
    return false;
  }
};

/** Path of the directory that it works in, by today; null for one that was removed. */
export const directoryOf = (pid: number): string | null => {
  try {
    const path = readlinkSync(`/proc/${pid}/cwd`);
    return path.endsWith(' (deleted)') ? null : path;
  } catch {
    return null;
  }
};

const readProc = (pid: number, file: 'environ' | 'cmdline' | 'stat'): readonly string[] => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    return [];
  }
};
