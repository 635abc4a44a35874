import { join } from 'node:path';
import { z } from 'zod';
import type { Environment } from './environment.ts';
import { readIfThere, replaceFile } from './kept-files.ts';

/** Where the programs of a control plane show what they do, besides their logs. */
export interface TelemetrySettings {
  /** Address and first port for Prometheus (`domain/metrics.ts`); null for none. */
  readonly metrics: { readonly host: string; readonly port: number } | null;
  /**
   * Base URL of an OpenTelemetry collector that takes traces over HTTP, and `name=value` pairs of headers for it, which may be
   * secret; null for none.
   */
  readonly collector: { readonly endpoint: string; readonly headers: string } | null;
}

type Given = Pick<Environment, 'metricsHost' | 'metricsPort' | 'otlpEndpoint' | 'otlpHeaders' | 'otlpDisabled'>;

const keptFile = z.strictObject({
  metrics_host: z.string().optional(),
  metrics_port: z.number().optional(),
  otlp_endpoint: z.string().optional(),
  otlp_headers: z.string().optional(),
});

type Kept = z.infer<typeof keptFile>;

const pathIn = (home: string): string => join(home, 'telemetry.json');

/** The environment has the first word; otherwise what the home was brought up with last. */
export const readTelemetry = (home: string, given: Given): TelemetrySettings => {
  const {
    metrics_host: host,
    metrics_port: port,
    otlp_endpoint: endpoint,
    otlp_headers: headers,
  } = chosen(home, given);
  return {
    metrics: port === undefined ? null : { host: host ?? '127.0.0.1', port },
    collector: endpoint === undefined ? null : { endpoint, headers: headers ?? '' },
  };
};

/** So that an `up` without the variables continues with them. Readable by the owner only. */
export const keepTelemetry = (home: string, given: Given): void => {
  const before = readIfThere(pathIn(home));
  const content = JSON.stringify(chosen(home, given), null, 2);
  if (before !== null || content !== '{}') replaceFile(pathIn(home), `${content}\n`);
};

const chosen = (home: string, given: Given): Kept => {
  const content = readIfThere(pathIn(home));
  const kept = content === null ? {} : keptFile.parse(JSON.parse(content));
  return { ...chosenMetrics(given, kept), ...chosenCollector(given, kept) };
};

const chosenMetrics = (given: Given, kept: Kept): Kept => {
  const port = given.metricsPort ?? kept.metrics_port;
  return port === undefined || port === 0
    ? {}
    : { metrics_host: given.metricsHost ?? kept.metrics_host, metrics_port: port };
};

/** Headers are for the collector that they were given for, and for no other. */
const chosenCollector = ({ otlpEndpoint, otlpHeaders, otlpDisabled }: Given, kept: Kept): Kept => {
  const endpoint = otlpEndpoint ?? kept.otlp_endpoint;
  if (otlpDisabled || endpoint === undefined) return {};
  const keptHeaders = endpoint === kept.otlp_endpoint ? kept.otlp_headers : undefined;
  return { otlp_endpoint: endpoint, otlp_headers: otlpHeaders ?? keptHeaders };
};
