import type Docker from 'dockerode';

import { PgrowError } from '../../domain/errors.ts';
import { createLineQueue } from '../line-queue.ts';
import type { InteractiveExec } from '../platform.ts';
import { endOf, openExec } from './exec.ts';
import { demultiplexer } from './multiplexed.ts';

/** Characters of standard error kept for the error that tells why a command ended. */
const stderrTail = 500;

export const openInteractive = async (
  docker: Docker,
  name: string,
  command: readonly string[],
): Promise<InteractiveExec> => {
  const { stream } = await openExec(docker, name, command, true);
  const source = `${command[0]} in ${name}`;
  const lines = createLineQueue(source);
  let stderr = '';
  stream.on(
    'data',
    demultiplexer({
      stdout: (chunk) => lines.push(chunk),
      stderr: (chunk) => {
        stderr = (stderr + chunk.toString()).slice(-stderrTail);
      },
    }),
  );
  void endOf(stream).then(() => {
    const said = stderr.trim();
    lines.end(new PgrowError('node_failed', `${source} ended${said === '' ? '' : `: ${said}`}.`));
  });
  // A write after the command's end breaks the pipe; the reader learns it from the end of output.
  stream.on('error', () => {});

  return {
    write: (line) => {
      if (stream.writable) stream.write(`${line}\n`);
    },
    readLine: (timeoutMs) => lines.readLine(timeoutMs),
    close: () => {
      if (stream.writable) stream.end();
    },
  };
};
