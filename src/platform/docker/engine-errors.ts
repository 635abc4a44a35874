import { PgrowError } from '../../domain/errors.ts';
import { dockerUnavailable, noDiskSpace } from '../platform-errors.ts';

/** Status of the engine's answer; null when there was none. */
export const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : null;

/** What the engine itself said, without what the client library puts around it. */
export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const json: unknown = 'json' in error ? error.json : null;
  if (typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string')
    return json.message;
  return error.message.trim();
};

/** Of a failed start: the host port that is taken, null when the engine does not name it; undefined for another failure. */
export const takenPort = (error: unknown): number | null | undefined => {
  const message = messageOf(error);
  if (!/port is already allocated|address already in use|ports are not available/i.test(message)) return undefined;
  const port = /(?:\d+\.\d+\.\d+\.\d+|\]):(\d+)/.exec(message)?.[1];
  return port === undefined ? null : Number(port);
};

/** Of a failed start: another endpoint of the network has the container's address. Of a port the kernel says "bind:" first. */
export const isAddressTaken = (error: unknown): boolean => /(?:^|: )Address already in use$/.test(messageOf(error));

export const isImageMissing = (error: unknown): boolean =>
  statusOf(error) === 404 && /no such image/i.test(messageOf(error));

const connectionReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; start the Docker engine',
  ENOENT: 'its socket is not there; start the Docker engine or set DOCKER_HOST',
  EACCES: 'this user may not use its socket; join the group docker',
  EPERM: 'this user may not use its socket; join the group docker',
  ENOTFOUND: 'the host in DOCKER_HOST has no address',
};
const brokenConnections = [
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNABORTED',
  'ABORT_ERR',
];

/** Turns what went wrong while pgrow tried to `attempt` into the catalogue's words. Our own mistakes pass unchanged. */
export const translate = (error: unknown, attempt: string): unknown => {
  if (error instanceof PgrowError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const reason = connectionReasons[code];
  if (reason !== undefined) return dockerUnavailable(reason, error);
  if (brokenConnections.includes(code)) return dockerUnavailable(`the connection broke (${code})`, error);
  if (statusOf(error) === null) return error;
  const message = messageOf(error);
  if (/no space left on device/i.test(message)) return noDiskSpace(attempt, error);
  // It may continue at any moment: the caller should ask again.
  if (/\bpaused\b/i.test(message))
    return new PgrowError('no_answer', `Cannot ${attempt}: its container is paused. Unpause it.`, { cause: error });
  return new PgrowError('node_failed', `Cannot ${attempt}: Docker says "${message}".`, {
    cause: error,
  });
};

export const isNetworkMissing = (error: unknown): boolean =>
  statusOf(error) === 404 && /network .* not found/i.test(messageOf(error));
