import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { commandFor, type Build } from './builds.ts';
import { childEnvironment } from './environment.ts';
import type { Home } from './home.ts';
import { stopGraceMs, type ServiceName } from './services.ts';
import { runPath } from './settings.ts';

/** A program of the control plane that ends with this process and writes to its standard output and error. */
export interface ChildProgram {
  /** How it ended, in words; null for one that ended by itself as it should. Never rejects. */
  readonly ended: Promise<string | null>;
  /** Whether it serves; the API says so by its address alone. */
  isReady(): boolean;
  /** Asks it to end, and kills it when it takes longer than it may. */
  stop(): Promise<void>;
}

export const startChild = (home: Home, name: ServiceName, build: Build): ChildProgram => {
  const instance = randomBytes(4).toString('hex');
  const of = name === 'worker' ? { build: build.id, instance } : { instance };
  const [ready, socket] = (['ready', 'sock'] as const).map((kind) => runPath(home, name, kind, of)) as [string, string];
  const { command, arguments: given, environment } = commandFor(build, name);
  const child = spawn(command, given, {
    cwd: home.path,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: childEnvironment({
      ...environment,
      PGROW_HOME: home.path,
      PGROW_BUILD: name === 'worker' ? build.id : '',
      PGROW_INSTANCE: instance,
    }),
  });
  const { promise: ended, resolve } = Promise.withResolvers<string | null>();
  const end = (how: string | null): void => {
    for (const file of [ready, socket]) rmSync(file, { force: true });
    resolve(how);
  };
  child.once('error', (error) => end(`${command} does not run: ${error.message}`));
  child.once('exit', (code, signal) => end(signal === null ? (code === 0 ? null : `exit code ${code}`) : signal));
  return {
    ended,
    isReady: () => existsSync(ready),
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), stopGraceMs[name]);
      await ended;
      clearTimeout(late);
    },
  };
};
