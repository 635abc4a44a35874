import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { childEnvironment } from '../../src/launcher/environment.ts';
import { repositoryRoot } from '../../src/launcher/paths.ts';

/** A worker in the foreground, as a container runs it. */
export interface ServedWorker {
  /** All of its processes at once, as a container that is killed. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** `./pgrow serve worker`, beside the worker that `up` has started. */
export const serveWorker = ({ home }: { readonly home: string }): ServedWorker => {
  const child = spawn(join(repositoryRoot, 'pgrow'), ['serve', 'worker'], {
    env: childEnvironment({ PGROW_TASK_QUEUE: '', PGROW_HOME: home }),
    stdio: 'ignore',
    // A process group of its own.
    detached: true,
  });
  const ended = once(child, 'exit');
  return {
    async kill() {
      process.kill(-child.pid!, 'SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
};
