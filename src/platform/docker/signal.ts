import type Docker from 'dockerode';

import { PgrowError } from '../../domain/errors.ts';
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

const killFromInside = async (docker: Docker, name: string, signal: string): Promise<void> => {
  try {
    const { exitCode, stderr } = await runCommand(docker, name, ['sh', '-c', `kill -s ${signal} 1`]);
    if (exitCode !== 0) throw new PgrowError('node_failed', `Cannot send ${signal} to ${name}: ${stderr.trim()}`);
  } catch (error) {
    if (!isDown(error instanceof PgrowError ? error.cause : error)) throw error;
  }
};

const isDown = (error: unknown): boolean => {
  const status = statusOf(error);
  return status === 404 || ((status === 409 || status === 500) && /is not running/i.test(messageOf(error)));
};
