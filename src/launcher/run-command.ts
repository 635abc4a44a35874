import { spawn } from 'node:child_process';
import { accessSync, constants, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { childEnvironment, searchPath } from './environment.ts';
import { launcherError } from './launcher-error.ts';

export interface Run {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** File that takes all output. */
  readonly log?: string;
  /** Milliseconds after which it is ended. */
  readonly limitMs?: number;
}

/** Runs a program to its end and returns its standard output; a failure shows the last lines it wrote. */
export const runCommand = async (run: Run): Promise<string> => {
  const child = spawn(run.command, run.arguments, {
    cwd: run.directory,
    env: childEnvironment({ PATH: searchPath().join(':'), ...run.environment }),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(run.limitMs !== undefined && { timeout: run.limitMs }),
  });
  const log = run.log === undefined ? null : createWriteStream(run.log, { flags: 'a' });
  let output = '';
  let tail = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-4000);
      log?.write(chunk);
    });
  }
  const exit = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  if (log) await finished(log.end());
  if (exit !== 0) {
    const where = run.log === undefined ? '' : ` (all of it in ${run.log})`;
    throw launcherError(`${run.command} ${run.arguments[0] ?? ''} ended with ${exit}${where}:\n${lastLines(tail)}`);
  }
  return output;
};

export const lastLines = (text: string, count = 15): string => text.trimEnd().split('\n').slice(-count).join('\n');

/** Absolute path of a program, or null. */
export const findProgram = (name: string): string | null => {
  for (const directory of searchPath()) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return null;
};
