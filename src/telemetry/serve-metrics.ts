import { createServer, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { PgrowError, messageOf } from '../domain/errors.ts';

/** Read at every scrape. */
export interface GaugeReading {
  /** As Prometheus shows it, with its unit. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  /** What it shows now. A reading that fails leaves it out of this scrape. */
  read(): Promise<readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[]>;
}

interface ServeMetrics {
  /** Where; null for nowhere. */
  readonly address: { readonly host: string; readonly port: number } | null;
  readonly gauges: readonly GaugeReading[];
  readonly log: Logger;
}

/** Milliseconds for one gauge, so that Prometheus, which waits ten seconds, gets the others. */
const readLimitMs = 3000;

/**
 * Serves a program's metrics at `/metrics`, those of its process among them. Nothing is loaded where none are wanted.
 * @throws PgrowError `port_taken`
 */
export const serveMetrics = async ({ address, gauges, log }: ServeMetrics): Promise<{ close(): Promise<void> }> => {
  if (address === null) return { close: async () => undefined };
  const { Counter, Gauge, Registry, collectDefaultMetrics } = await import('prom-client');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const failures = new Counter({
    name: 'pgrow_metric_read_failures_total',
    help: 'Gauges that were left out of a scrape because they could not be read.',
    labelNames: ['metric'],
    registers: [registry],
  });
  for (const { name, help, labels = [], read } of gauges) {
    const collect = async (gauge: InstanceType<typeof Gauge>): Promise<void> => {
      gauge.reset();
      try {
        for (const { labels: of = {}, value } of await withinLimit(read())) gauge.set(of, value);
      } catch (error) {
        // A reset leaves one without labels at zero.
        if (labels.length === 0) gauge.remove();
        failures.inc({ metric: name });
        log.warn({ metric: name, error: messageOf(error) }, 'metric not read');
      }
    };
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers: [],
        collect() {
          return collect(this);
        },
      }),
    );
  }
  const answer = async (response: ServerResponse): Promise<void> => {
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType }).end(text);
  };
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics')
      return void response.writeHead(404).end();
    answer(response).catch((error: unknown) => {
      log.warn({ error: messageOf(error) }, 'metrics not served');
      response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new PgrowError(
              'port_taken',
              `Metrics cannot be served: port ${address.port} of ${address.host} is taken. Choose others with PGROW_METRICS_PORT.`,
            )
          : error,
      ),
    );
    server.listen(address.port, address.host, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const withinLimit = <T>(reading: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${readLimitMs} ms`)), readLimitMs);
  });
  return Promise.race([reading, limit]).finally(() => clearTimeout(timer));
};
