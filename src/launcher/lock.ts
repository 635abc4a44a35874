import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { launcherError } from './launcher-error.ts';
import type { Progress } from './progress.ts';

/**
 * Runs `action` while no other process on this machine holds the lock `name`. The lock is a socket in Linux's abstract
 * namespace: the kernel gives it free when its holder dies, so none is ever stale.
 * @throws PgrowError `not_ready` when another holds it for `limitMs`
 */
export const withLock = async <T>(
  name: string,
  progress: Progress,
  action: () => Promise<T>,
  limitMs = patienceMs,
): Promise<T> => {
  const release = await acquire(name, progress, limitMs);
  try {
    return await action();
  } finally {
    await release();
  }
};

/** Milliseconds. Longer than anything that is done under a lock: images are built in minutes. */
const patienceMs = 30 * 60_000;

const acquire = async (name: string, progress: Progress, limitMs: number): Promise<() => Promise<void>> => {
  const since = new Date();
  let announced = false;
  for (;;) {
    const release = await tryAcquire(name);
    if (release) return release;
    if (Date.now() - since.getTime() > limitMs) {
      throw launcherError(
        `Waited since ${since.toISOString()} for another pgrow that is doing the same (${name}). End it if it hangs, and try again.`,
      );
    }
    if (!announced) progress(`Waiting for another pgrow that is doing the same (${name})`);
    announced = true;
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
