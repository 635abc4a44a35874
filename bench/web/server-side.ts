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

const streamSeconds = 10;

/** Percent of one core that a stream of the list takes while nothing changes, beside what the world takes without it. */
export const measureStream = async (world: World): Promise<number> => {
  // Nothing is looked at meanwhile. Both together are shorter than the monitor may be silent.
  world.parts.monitor = 'down';
  try {
    const without = await busy(streamSeconds);
    const control = new AbortController();
    const headers = { authorization: `Bearer ${world.tokens.admin}` };
    const stream = await fetch(`${world.front.address}/v1/stream?topics=databases`, {
      headers,
      signal: control.signal,
    });
    const reader = stream.body!.getReader();
    await reader.read();
    const read = async (): Promise<void> => {
      while (!(await reader.read()).done);
    };
    const reading = read().catch(() => undefined);
    const withIt = await busy(streamSeconds);
    control.abort();
    await reading;
    return Math.max(0, withIt - without);
  } finally {
    world.parts.monitor = 'up';
  }
};

/** Percent of one core that this process takes in that time. */
const busy = async (seconds: number): Promise<number> => {
  const before = process.cpuUsage();
  await delay(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / (seconds * 1e6)) * 100;
};
