import { createServer, type AddressInfo } from 'node:net';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { controlPlaneGauges } from '../api/gauges.ts';
import { serveMetrics, type GaugeReading } from './serve-metrics.ts';

let port: number;
beforeEach(async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  ({ port } = probe.address() as AddressInfo);
  await new Promise((resolve) => probe.close(resolve));
});
let close = async (): Promise<void> => undefined;
afterEach(() => close());

const serve = async (gauges: readonly GaugeReading[]): Promise<void> => {
  ({ close } = await serveMetrics({ address: { host: '127.0.0.1', port }, gauges, log: pino({ level: 'silent' }) }));
};
const scrape = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

test('what runs, how databases are, and how long ago a worker asked for work', async () => {
  const store = {
    listRunningOperations: async () => [{ type: 'expand' }, { type: 'expand' }, { type: 'switchover' }] as never,
    listObserved: async () => [{ health: 'healthy' }, { health: 'down' }] as never,
  };
  await serve(controlPlaneGauges({ store, client: { workerSeenAgo: async () => null } }));

  const text = await scrape();
  expect(text).toContain('pgrow_operations_running{operation="expand"} 2');
  expect(text).toContain('pgrow_databases{health="down"} 1');
  // No worker at all is a value that an alert can compare with, not a gap.
  expect(text).toContain('pgrow_worker_poll_age_seconds +Inf');
  expect(text).toContain('process_resident_memory_bytes');
});

test('a gauge whose source does not answer is left out and counted; the others are served', async () => {
  let works = true;
  await serve([
    { name: 'good', help: 'g', read: async () => [{ value: 1 }] },
    {
      name: 'bad',
      help: 'b',
      labels: ['of'],
      read: async () => {
        if (!works) throw new Error('metadata does not answer');
        return [{ labels: { of: 'shop' }, value: 7 }];
      },
    },
  ]);
  expect(await scrape()).toContain('bad{of="shop"} 7');
  works = false;
  const text = await scrape();
  expect(text).toContain('good 1');
  expect(text).not.toContain('bad{');
  expect(await scrape()).toContain('pgrow_metric_read_failures_total{metric="bad"}');
});

test('a port that is taken is refused with the variable to set', async () => {
  await serve([]);
  const address = { host: '127.0.0.1', port };
  await expect(serveMetrics({ address, gauges: [], log: pino({ level: 'silent' }) })).rejects.toMatchObject({
    code: 'port_taken',
    message: expect.stringContaining('PGROW_METRICS_PORT'),
  });
});

test('nothing but its metrics is served', async () => {
  await serve([]);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST' })).status).toBe(404);
});
