import Docker from 'dockerode';

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
    ? { docker: new Docker(), local: false }
    : { docker: new Docker({ socketPath: path, host: undefined }), local: true };
};

/** Null when DOCKER_HOST names something else than a socket. */
export const socketOf = (dockerHost: string): string | null => {
  if (dockerHost === '') return defaultSocket;
  if (dockerHost.startsWith('unix://')) return dockerHost.slice('unix://'.length) || defaultSocket;
  return null;
};
