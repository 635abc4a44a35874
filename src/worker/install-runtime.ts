import { DefaultLogger, Runtime, type RuntimeOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { PgrowError } from '../domain/errors.ts';
import { histogramBounds, hostAndPort, metricsPorts } from '../domain/metrics.ts';

interface InstallRuntime {
  readonly log: Logger;
  /** Where metrics are served: an address and the first of pgrow's ports; null for none. */
  readonly metrics: { readonly host: string; readonly port: number } | null;
}

/**
 * Temporal's runtime in this process. It serves its own metrics and pgrow's on the first free port of the workers.
 * @throws PgrowError `port_taken` when none of them is free
 */
export const installRuntime = ({ log, metrics }: InstallRuntime): void => {
  const options: RuntimeOptions = {
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => log.warn({ level, ...meta }, message)),
    shutdownSignals: ['SIGINT', 'SIGTERM'],
  };
  if (metrics === null) return void Runtime.install(options);
  const { workers: ports } = metricsPorts(metrics.port);
  for (const port of ports) {
    const bindAddress = hostAndPort(metrics.host, port);
    if (!tryToInstall({ ...options, telemetryOptions: { metrics: { prometheus: { bindAddress, ...asPrometheus } } } }))
      continue;
    log.info({ address: bindAddress }, 'metrics are served');
    return;
  }
  throw new PgrowError(
    'port_taken',
    `Metrics cannot be served: all ports from ${ports[0]} to ${ports.at(-1)} of ${metrics.host} are taken. ` +
      `Choose others with PGROW_METRICS_PORT.`,
  );
};

const asPrometheus = {
  countersTotalSuffix: true,
  unitSuffix: true,
  useSecondsForDurations: true,
  histogramBucketOverrides: { ...histogramBounds },
} as const;

/** False when the port is taken; also another worker that starts at this moment may have it. */
const tryToInstall = (options: RuntimeOptions): boolean => {
  try {
    Runtime.install(options);
    return true;
  } catch (error) {
    if (error instanceof Error && /address already in use/i.test(error.message)) return false;
    throw error;
  }
};
