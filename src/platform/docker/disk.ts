import { statfs } from 'node:fs/promises';

import type { Capacity } from '../../domain/server-size.ts';
import type { Connection } from './connection.ts';

/** Bytes an unprivileged writer may still use; infinite where the engine's disk cannot be seen from here. */
export const freeBytes = async ({ docker, local }: Connection): Promise<number> => {
  const info = (await docker.info()) as { readonly DockerRootDir: string };
  if (!local) return Infinity;
  try {
    const { bavail, bsize } = await statfs(info.DockerRootDir);
    return bavail * bsize;
  } catch {
    return Infinity;
  }
};

/** Memory and CPUs of the engine's machine. */
export const capacity = async ({ docker }: Connection): Promise<Capacity> => {
  const info = (await docker.info()) as { readonly MemTotal: number; readonly NCPU: number };
  return { memory_bytes: info.MemTotal, cpus: info.NCPU };
};
