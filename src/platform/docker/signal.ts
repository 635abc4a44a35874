import type Docker from 'dockerode';

import { PgrowError } from '../../domain/errors.ts';
import { retryUntil } from '../retry-until.ts';
import { runCommand } from './exec.ts';
import { messageOf, statusOf } from './engine-errors.ts';

/** Signals that are meant to end the container. */
const endings = ['KILL', 'TERM', 'INT', 'QUIT', 'ABRT', 'STOP'];

/**
 * The engine takes any signal sent through its kill call for the wish that the container stay down: after a mere HUP its
 * restart policy no longer brings it back (moby, daemon/kill.go). So a signal to reload is sent from inside.
 */
export const sendSignal = async (docker: Docker, name: string, signal: string): Promise<void> => {
  const short = signal.replace(/^SIG/, '');
  if (!/^[A-Z0-9]+$/.test(short)) throw new Error(`no such signal: ${signal}`);
  await (endings.includes(short) ? kill(docker, name, short) : killFromInside(docker, name, short));
};

const kill = async (docker: Docker, name: string, signal: string): Promise<void> => {
  try {
    await docker.getContainer(name).kill({ signal });
  } catch (error) {
    if (!isDown(error)) throw error;
  }
};

/** For how long the engine may continue calling a container running whose first process has ended. Milliseconds. */
const endIsSeenMs = 5000;

const killFromInside = async (docker: Docker, name: string, signal: string): Promise<void> => {
  try {
    const began = await runOf(docker, name);
    if (began === null) return;
    const { exitCode, stdout, stderr } = await runCommand(docker, name, ['sh', '-c', `kill -s ${signal} 1`]);
    if (exitCode === 0) return;
    const said = `${stdout}${stderr}`.trim();
    // The kernel kills the sender with the container's first process, be it that the signal ended it: nothing is left to
    // signal. The engine notices a moment later. An error of the command itself is reported at once.
    await retryUntil({
      attempt: async () => (await runOf(docker, name)) !== began || undefined,
      onTimeout: () => cannotSend(signal, name, exitCode, said),
      timeoutMs: said === '' ? endIsSeenMs : 0,
    });
  } catch (error) {
    if (!isDown(error instanceof PgrowError ? error.cause : error)) throw error;
  }
};

/** When the container's run began; null while it has none. */
const runOf = async (docker: Docker, name: string): Promise<string | null> => {
  const { State: state } = await docker.getContainer(name).inspect();
  return state.Running && !state.Restarting ? state.StartedAt : null;
};

const cannotSend = (signal: string, name: string, exitCode: number, said: string): PgrowError =>
  new PgrowError(
    'node_failed',
    `Cannot send ${signal} to ${name}, which still runs: ` +
      (said === '' ? `what sends it ended with exit code ${exitCode} and said nothing.` : said),
  );

/** A container that is starting again does not run, either; it takes its files as it starts. */
const isDown = (error: unknown): boolean => {
  const status = statusOf(error);
  return (
    status === 404 || ((status === 409 || status === 500) && /is (not running|restarting)/i.test(messageOf(error)))
  );
};
