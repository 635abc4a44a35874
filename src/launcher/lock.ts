import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from './progress.ts';

/**
 * Runs `action` while no other process on this machine holds the lock `name`. The lock is a socket in Linux's abstract
 * namespace: the kernel gives it free when its holder dies, so none is ever stale.
 */
export const withLock = async <T>(name: string, progress: Progress, action: () => Promise<T>): Promise<T> => {
  const release = await acquire(name, progress);
  try {
    return await action();
  } finally {
    await release();
  }
};

const acquire = async (name: string, progress: Progress): Promise<() => Promise<void>> => {
  let told = false;
  for (;;) {
    const release = await tryAcquire(name);
    if (release) return release;
    if (!told) progress(`Waiting for another pgrow that does the same (${name})`);
    told = true;
    await delay(100);
  }
};

const tryAcquire = (name: string): Promise<(() => Promise<void>) | null> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    // Hashed: a socket's name has at most 107 bytes.
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
    server.listen(`\0pgrow-lock-${hash}`, () =>
      resolve(() => new Promise<void>((closed) => void server.close(() => closed()))),
    );
  });
