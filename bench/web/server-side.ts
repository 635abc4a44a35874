import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { World } from '../../test/web/world.ts';
import { percentilesOf } from '../percentiles.ts';

export interface ListFigure {
  /** Median of twenty. */
  readonly ms: number;
  readonly rawBytes: number;
  readonly gzipBytes: number;
}

/** `GET /v1/databases`, from this machine. */
export const measureList = async (world: World): Promise<ListFigure> => {
  const times: number[] = [];
  let body: Buffer = Buffer.alloc(0);
  for (let index = 0; index < 20; index += 1) {
    const began = performance.now();
    body = await get(`${world.front.address}/v1/databases`, world.tokens.admin);
    times.push(performance.now() - began);
  }
  return { ms: percentilesOf(times)!.p50, rawBytes: body.length, gzipBytes: gzipSync(body).length };
};

const get = (url: string, token: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const asked = request(url, { headers, timeout: 10_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => resolve(Buffer.concat(chunks)));
      response.once('error', reject);
    });
    asked.once('error', reject);
    asked.end();
  });

/** Each round is shorter than the monitor may be silent. */
const [rounds, seconds, pauseMs] = [5, 6, 6000];

/** Percent of one core that a stream of the list takes while nothing changes, beside what the world takes without it: median. */
export const measureStream = async (world: World): Promise<number> => {
  const differences: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Nothing is looked at meanwhile.
    world.parts.monitor = 'down';
    const without = await busy(seconds);
    const close = await openStream(world);
    differences.push((await busy(seconds)) - without);
    await close();
    world.parts.monitor = 'up';
    await delay(pauseMs);
  }
  return Math.max(0, percentilesOf(differences)!.p50);
};

/** Opened and read, its beginning too; returns what closes it. */
const openStream = async ({ front, tokens }: World): Promise<() => Promise<void>> => {
  const control = new AbortController();
  const headers = { authorization: `Bearer ${tokens.admin}` };
  const { signal } = control;
  const { body } = await fetch(`${front.address}/v1/stream?topics=databases`, { headers, signal });
  const reader = body!.getReader();
  await reader.read();
  const read = async (): Promise<void> => {
    while (!(await reader.read()).done);
  };
  const reading = read().catch(() => undefined);
  await delay(1000);
  return async () => {
    control.abort();
    await reading;
  };
};

/** Percent of one core that this process takes in that time. */
const busy = async (forSeconds: number): Promise<number> => {
  const before = process.cpuUsage();
  await delay(forSeconds * 1000);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / (forSeconds * 1e6)) * 100;
};
