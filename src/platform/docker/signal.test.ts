import type Docker from 'dockerode';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';

import { sendSignal } from './signal.ts';

interface Engine {
  /** What each look at the container shows; the last one stays. A number is the status of a refusal. */
  readonly runs: readonly (Run | number)[];
  readonly exitCode?: number;
  readonly says?: string;
  /** The engine's refusal to run the command. */
  readonly refuses?: string;
}
type Run = 'first run' | 'second run' | 'restarting' | 'stopped';

const refusal = (statusCode: number, message: string) => Object.assign(new Error(message), { statusCode });

const engine = ({ runs, exitCode = 0, says = '', refuses }: Engine): Docker => {
  const left = [...runs];
  const inspect = async () => {
    const run = left.length > 1 ? left.shift() : left[0];
    if (typeof run === 'number') throw refusal(run, 'No such container: shop');
    return { State: { Running: run !== 'stopped', Restarting: run === 'restarting', StartedAt: run } };
  };
  const exec = async () => {
    if (refuses) throw refusal(409, refuses);
    const stream = new PassThrough();
    const header = Buffer.from([2, 0, 0, 0, 0, 0, 0, says.length]);
    stream.end(says === '' ? undefined : Buffer.concat([header, Buffer.from(says)]));
    return { start: async () => stream, inspect: async () => ({ Running: false, ExitCode: exitCode }) };
  };
  return { getContainer: () => ({ inspect, exec }) } as unknown as Docker;
};

const reload = (given: Engine) => sendSignal(engine(given), 'shop', 'SIGUSR1');

test('a signal that its process takes is sent', async () => {
  await expect(reload({ runs: ['first run'] })).resolves.toBeUndefined();
});

// The signal ended the first process, the kernel killed the sender with it, and the engine continued saying for a moment that
// the container ran: "Cannot send USR1 to shop: " with no reason after it.
test.each([
  ['has stopped', 'stopped'],
  ['is starting again', 'restarting'],
  ['runs again', 'second run'],
] as const)('a sender killed with a container that %s has nobody left to tell', async (_, seen) => {
  const runs = ['first run', 'first run', 'first run', seen] as const;
  await expect(reload({ runs, exitCode: 137 })).resolves.toBeUndefined();
});

test('a container that is gone, or starting again, has no one to tell', async () => {
  const refuses = 'Container shop is restarting, wait until the container is running';
  await expect(reload({ runs: [404] })).resolves.toBeUndefined();
  await expect(reload({ runs: ['first run'], refuses })).resolves.toBeUndefined();
});

test('a signal that could not be sent is an error with its reason', async () => {
  await expect(reload({ runs: ['first run'], exitCode: 1, says: 'sh: no such signal' })).rejects.toMatchObject({
    code: 'node_failed',
    message: 'Cannot send USR1 to shop, which still runs: sh: no such signal',
  });
  await expect(reload({ runs: ['first run'], refuses: 'Container shop is paused' })).rejects.toThrow('is paused');
});
