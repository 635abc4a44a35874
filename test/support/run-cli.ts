import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { childEnvironment } from '../../src/launcher/environment.ts';
import { repositoryRoot } from '../../src/launcher/paths.ts';

/** What one run of the command line said. */
export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Milliseconds. Scenarios share the machine with others of their kind: only what hangs may run into this. */
const timeoutMs = 540_000;

/** `./pgrow ARGUMENTS` to its end, whatever its exit code, whatever Temporal, metadata or context the surroundings name. */
export const runCli = (
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
  launcher = join(repositoryRoot, 'pgrow'),
): Promise<CliResult> => {
  const surroundings = childEnvironment({
    PGROW_TASK_QUEUE: '',
    PGROW_CONTEXT: '',
    PGROW_TOKEN_FILE: '',
    ...environment,
  });
  const child = spawn(launcher, args, { env: surroundings, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal) stderr += `\nended by ${signal}`;
      resolve({ exitCode: code ?? -1, stdout, stderr });
    });
  });
};

/** The one document on standard output of `./pgrow ARGUMENTS --json`; throws unless the exit code is 0. */
export const readCli = async <T>(
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<T> => {
  const { exitCode, stdout, stderr } = await runCli(environment, [...args, '--json']);
  if (exitCode === 0) return JSON.parse(stdout) as T;
  throw new Error(`pgrow ${args.join(' ')}: exit code ${exitCode}\n${stderr.split('\n').slice(-40).join('\n')}`);
};
