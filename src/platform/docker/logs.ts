import type { Readable } from 'node:stream';

import type Docker from 'dockerode';

import { lastLines, usualMostBytes } from '../last-lines.ts';
import { containerAbsent } from '../platform-errors.ts';
import { statusOf } from './engine-errors.ts';
import { demultiplexer } from './multiplexed.ts';

/** Ten thousand lines may be many megabytes: they are read as a stream, of which only the end is kept. */
export const readLogs = async (
  docker: Docker,
  name: string,
  lines: number,
  mostBytes = usualMostBytes,
): Promise<string> => {
  const last = lastLines(mostBytes);
  const push = demultiplexer({ stdout: last.push, stderr: last.push });
  for await (const chunk of await openLog(docker, name, lines)) push(chunk as Buffer);
  return last.text();
};

/** The client library itself gives a stream only of a log that is followed. */
const openLog = (docker: Docker, name: string, lines: number): Promise<Readable> =>
  new Promise((resolve, reject) => {
    const request = {
      path: `/containers/${name}/logs?`,
      method: 'GET',
      isStream: true,
      statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
      options: { stdout: true, stderr: true, tail: lines },
    };
    docker.modem.dial(request, (error: unknown, stream: unknown) => {
      if (statusOf(error) === 404) reject(containerAbsent('read the log of', name, error));
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      else if (error) reject(error);
      else resolve(stream as Readable);
    });
  });
