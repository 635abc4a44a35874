import Docker from 'dockerode';

import { signalOfCall } from '../call-limits.ts';

const defaultSocket = '/var/run/docker.sock';

export interface Connection {
  readonly docker: Docker;
  /** Whether the engine runs on this host, so that its files may be looked at. */
  readonly local: boolean;
}

/** The only place that knows where the engine is: `socketPath`, else DOCKER_HOST, else the usual socket. */
export const connect = (socketPath?: string, dockerHost = process.env.DOCKER_HOST ?? ''): Connection => {
  const path = socketPath ?? socketOf(dockerHost);
  // Anything but a socket, and TLS with DOCKER_CERT_PATH, is what dockerode reads from DOCKER_HOST by itself.
  // An explicit `host: undefined` keeps it from preferring DOCKER_HOST over the socket.
  return path === null
    ? { docker: abortable(new Docker()), local: false }
    : { docker: abortable(new Docker({ socketPath: path, host: undefined })), local: true };
};

interface Request {
  readonly abortSignal?: AbortSignal;
}
type Answered = (...answer: readonly unknown[]) => void;

/**
 * Every request ends with the call that it is made for, also those that take no signal of their own. Only until it is
 * answered: Node would throw an error that nothing catches if a request were aborted just after it had ended.
 */
const abortable = (docker: Docker): Docker => {
  const modem = docker.modem as { dial(request: Request, answered: Answered): void };
  const dial = modem.dial.bind(modem);
  modem.dial = (request, answered) => {
    const callers = [request.abortSignal, signalOfCall()].filter((signal) => signal !== undefined);
    const ending = new AbortController();
    const end = () => ending.abort();
    if (callers.some(({ aborted }) => aborted)) end();
    for (const signal of callers) signal.addEventListener('abort', end);
    dial({ ...request, abortSignal: ending.signal }, (...answer) => {
      for (const signal of callers) signal.removeEventListener('abort', end);
      answered(...answer);
    });
  };
  return docker;
};

/** Null when DOCKER_HOST names something else than a socket. */
export const socketOf = (dockerHost: string): string | null => {
  if (dockerHost === '') return defaultSocket;
  if (dockerHost.startsWith('unix://')) return dockerHost.slice('unix://'.length) || defaultSocket;
  return null;
};
