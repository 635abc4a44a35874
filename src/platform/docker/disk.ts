import { statfs } from 'node:fs/promises';

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
