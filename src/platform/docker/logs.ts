import type Docker from 'dockerode';

import { containerAbsent } from '../platform-errors.ts';
import { statusOf } from './engine-errors.ts';
import { demultiplexer } from './multiplexed.ts';

export const readLogs = async (docker: Docker, name: string, lines: number): Promise<string> => {
  try {
    const raw = await docker.getContainer(name).logs({ stdout: true, stderr: true, follow: false, tail: lines });
    const chunks: Buffer[] = [];
    const keep = (chunk: Buffer): unknown => chunks.push(chunk);
    demultiplexer({ stdout: keep, stderr: keep })(Buffer.from(raw));
    return Buffer.concat(chunks).toString();
  } catch (error) {
    if (statusOf(error) === 404) throw containerAbsent('read the log of', name, error);
    throw error;
  }
};
