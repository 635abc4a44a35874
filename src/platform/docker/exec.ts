import type { Duplex } from 'node:stream';

import type Docker from 'dockerode';

import { PgrowError } from '../../domain/errors.ts';
import { execLimitMs } from '../call-limits.ts';
import { commandSilent, commandTooTalkative, containerAbsent, containerStopped } from '../platform-errors.ts';
import type { ExecLimits, ExecResult } from '../platform.ts';
import { retryUntil } from '../retry-until.ts';
import { messageOf, statusOf } from './engine-errors.ts';
import { demultiplexer } from './multiplexed.ts';

/** The engine closes the stream a moment before it knows the exit code. */
const exitCodeTimeoutMs = 10_000;
const outputLimitBytes = 8 * 1024 ** 2;

export interface OpenExec {
  readonly exec: Docker.Exec;
  /** Standard input one way, both outputs multiplexed the other way. */
  readonly stream: Duplex;
}

/** Starts a command, connected. Errors name the command only: its arguments may be long. */
export const openExec = async (
  docker: Docker,
  name: string,
  command: readonly string[],
  stdin: boolean,
): Promise<OpenExec> => {
  const attempt = `run ${command[0]} in`;
  try {
    const exec = await docker.getContainer(name).exec({
      Cmd: [...command],
      AttachStdin: stdin,
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({ hijack: true, stdin });
    return { exec, stream };
  } catch (error) {
    if (statusOf(error) === 404) throw containerAbsent(attempt, name, error);
    if (/is not running/i.test(messageOf(error))) throw containerStopped(attempt, name, error);
    throw error;
  }
};

export const runCommand = async (
  docker: Docker,
  name: string,
  command: readonly string[],
  stdin?: string,
  limits?: ExecLimits,
): Promise<ExecResult> => {
  const { exec, stream } = await openExec(docker, name, command, stdin !== undefined);
  const output = await collect(stream, `${command[0]}`, name, { stdin, ...limits });
  return { exitCode: await exitCodeOf(exec, name, command), ...output };
};

/** Both outputs until the command ends. Past a limit the command is left running, because the engine cannot end it. */
const collect = async (
  stream: Duplex,
  command: string,
  name: string,
  {
    stdin,
    timeoutMs = execLimitMs,
    outputBytes = outputLimitBytes,
  }: ExecLimits & { readonly stdin: string | undefined },
): Promise<Omit<ExecResult, 'exitCode'>> => {
  const began = new Date().toISOString();
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let bytes = 0;
  const { promise: passed, reject } = Promise.withResolvers<never>();
  const keepIn = (chunks: Buffer[]) => (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= outputBytes) chunks.push(chunk);
    else reject(commandTooTalkative(command, name, outputBytes));
  };
  const timer = setTimeout(() => reject(commandSilent(command, name, timeoutMs / 1000, began)), timeoutMs);
  stream.on('data', demultiplexer({ stdout: keepIn(stdout), stderr: keepIn(stderr) }));
  const ended = endOf(stream);
  if (stdin !== undefined) stream.end(stdin);
  try {
    await Promise.race([ended, passed]);
  } catch (error) {
    stream.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
};

/** A command may end without reading its input, which breaks the pipe and is no failure: the exit code tells. */
export const endOf = (stream: Duplex): Promise<void> =>
  new Promise((resolve) => {
    stream.once('end', resolve).once('close', resolve);
    stream.once('error', () => resolve());
  });

export const exitCodeOf = async (exec: Docker.Exec, name: string, command: readonly string[]): Promise<number> => {
  const attempt = `run ${command[0]} in`;
  try {
    return await retryUntil({
      attempt: async () => {
        const { Running: running, ExitCode: exitCode } = await exec.inspect();
        return running ? undefined : (exitCode ?? undefined);
      },
      onTimeout: () => new PgrowError('node_failed', `Cannot ${attempt} ${name}: its exit code is not known.`),
      timeoutMs: exitCodeTimeoutMs,
      intervalMs: 5,
    });
  } catch (error) {
    if (statusOf(error) === 404) throw containerAbsent(attempt, name, error);
    throw error;
  }
};
