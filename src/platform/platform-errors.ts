import { PgrowError } from '../domain/errors.ts';

/** What can go wrong with an engine, in the same words whichever engine it is. */

export const dockerUnavailable = (reason: string, cause?: unknown): PgrowError =>
  new PgrowError('docker_unavailable', `Docker does not answer: ${reason}.`, { cause });

export const imageMissing = (image: string, cause?: unknown): PgrowError =>
  new PgrowError('image_missing', `Image ${image} is not on the Docker engine. Run ./pgrow up, which builds it.`, {
    cause,
  });

export const portTaken = (container: string, port: number | null, cause?: unknown): PgrowError =>
  new PgrowError(
    'port_taken',
    `Cannot start ${container}: ${port === null ? 'one of its host ports' : `host port 127.0.0.1:${port}`} is taken. ` +
      'Stop what listens there and try again.',
    { cause },
  );

export const subnetTaken = (network: string, subnet: string, cause?: unknown): PgrowError =>
  new PgrowError(
    'subnet_taken',
    `Cannot create network ${network}: its subnet ${subnet} overlaps another network of Docker. ` +
      'Try again, or set PGROW_SUBNET_POOL to a range that nothing else uses and run ./pgrow up.',
    { cause },
  );

export const addressTaken = (container: string, cause?: unknown): PgrowError =>
  new PgrowError(
    'node_failed',
    `Cannot start ${container}: another container has its address. Disconnect that one from the network and try again.`,
    { cause },
  );

export const noDiskSpace = (attempt: string, cause?: unknown): PgrowError =>
  new PgrowError('no_disk_space', `Cannot ${attempt}: the Docker engine's disk is full. Free space and try again.`, {
    cause,
  });

export const containerAbsent = (attempt: string, name: string, cause?: unknown): PgrowError =>
  new PgrowError('node_failed', `Cannot ${attempt} ${name}: the Docker engine has no such container.`, { cause });

export const containerStopped = (attempt: string, name: string, cause?: unknown): PgrowError =>
  new PgrowError('node_failed', `Cannot ${attempt} ${name}: it does not run. Its log says why it stopped.`, { cause });

export const commandSilent = (command: string, name: string, seconds: number, since: string): PgrowError =>
  new PgrowError(
    'no_answer',
    `${command} in ${name}, begun at ${since}, has not ended within ${seconds} s. Check whether the container hangs.`,
  );

export const commandTooTalkative = (command: string, name: string, bytes: number): PgrowError =>
  new PgrowError('node_failed', `${command} in ${name} printed more than ${bytes} bytes; it was given up.`);

export const networkAbsent = (attempt: string, network: string, cause?: unknown): PgrowError =>
  new PgrowError(
    'node_failed',
    `Cannot ${attempt}: the Docker engine has no network ${network}. If it was a database's, it is made again with the ` +
      'front: ./pgrow repair NAME front (of a stopped one: ./pgrow start NAME).',
    { cause },
  );

export const directoryAbsent = (container: string, directory: string, cause?: unknown): PgrowError =>
  new PgrowError('node_failed', `Cannot put files into ${container}: it has no directory ${directory}.`, { cause });

export const stillInUse = (what: string, cause?: unknown): PgrowError =>
  new PgrowError('not_ready', `Cannot remove ${what}: a container still uses it. Remove that container first.`, {
    cause,
  });
