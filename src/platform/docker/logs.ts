import type { Readable } from 'node:stream';

import type Docker from 'dockerode';

import type { LogLine, LogStart } from '../../domain/looks.ts';
import { withinLimit, type CallLimits } from '../call-limits.ts';
import { lastLines, usualMostBytes } from '../last-lines.ts';
import { containerAbsent } from '../platform-errors.ts';
import { statusOf, translate } from './engine-errors.ts';
import { demultiplexer } from './multiplexed.ts';
import { timedLines } from './timed-lines.ts';

/** Ten thousand lines may be many megabytes: they are read as a stream, of which only the end is kept. */
export const readLogs = async (
  docker: Docker,
  name: string,
  lines: number,
  mostBytes = usualMostBytes,
  since?: string,
): Promise<string> => {
  const last = lastLines(mostBytes);
  const push = demultiplexer({ stdout: last.push, stderr: last.push });
  for await (const chunk of await openLog(docker, name, query({ lines, since: since ?? null }))) push(chunk as Buffer);
  return last.text();
};

export const followLog = async function* (
  docker: Docker,
  limits: CallLimits,
  name: string,
  from: LogStart,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const what = `follow the log of ${name}`;
  const stream = await withinLimit(what, limits('readLogs', [name]), () =>
    openLog(docker, name, { ...query(from), follow: true, timestamps: true }),
  ).catch((error: unknown) => {
    throw translate(error, what);
  });
  const end = (): void => void stream.destroy();
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  const read: LogLine[] = [];
  const take = (line: LogLine): void => void read.push(line);
  const push = demultiplexer({ stdout: timedLines(take), stderr: timedLines(take) });
  try {
    for await (const chunk of stream) {
      push(chunk as Buffer);
      yield* read.splice(0);
    }
  } catch {
    // The connection was lost, or is no longer wanted.
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
};

interface LogQuery {
  readonly tail: number;
  /** Seconds since the epoch with up to nine decimals. */
  readonly since?: string;
  readonly follow?: true;
  readonly timestamps?: true;
}

const query = ({ lines, since }: LogStart): LogQuery => ({
  tail: lines,
  ...(since !== null && { since: secondsOf(since) }),
});

/** Dates of the language have only milliseconds. */
const secondsOf = (moment: string): string => {
  const fraction = /\.(\d{1,9})/.exec(moment)?.[1] ?? '0';
  return `${Math.floor(Date.parse(moment) / 1000)}.${fraction.padEnd(9, '0')}`;
};

/** The client library itself gives a stream only of a log that is followed. */
const openLog = (docker: Docker, name: string, options: LogQuery): Promise<Readable> =>
  new Promise((resolve, reject) => {
    const request = {
      path: `/containers/${name}/logs?`,
      method: 'GET',
      isStream: true,
      statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
      options: { stdout: true, stderr: true, ...options },
    };
    docker.modem.dial(request, (error: unknown, stream: unknown) => {
      if (statusOf(error) === 404) reject(containerAbsent('read the log of', name, error));
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      else if (error) reject(error);
      else resolve(stream as Readable);
    });
  });
