/**
 * Metrics of the control plane itself, beside those of Temporal's SDK. Names are as Prometheus shows them, without the suffixes
 * that the SDK's exporter adds to counters (`_total`) and histograms (`_seconds`).
 */
export const controlPlaneMetrics = {
  operations: { name: 'pgrow_operations', help: 'Operations that have ended, by type and end.' },
  operationDuration: { name: 'pgrow_operation_duration', help: 'Time from the request to the end of an operation.' },
  stepDuration: { name: 'pgrow_step_duration', help: 'Time that a step of a plan took, by its action and end.' },
  writeStall: { name: 'pgrow_write_stall', help: 'Longest time for which an operation held or cut off writes.' },
} as const;

/** Upper bounds in seconds: operations take from one second to an hour, write stalls well under one. */
export const histogramBounds: Readonly<Record<string, number[]>> = {
  [controlPlaneMetrics.operationDuration.name]: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600],
  [controlPlaneMetrics.stepDuration.name]: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
  [controlPlaneMetrics.writeStall.name]: [0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 5, 10],
};

/** TCP ports from the one given: the API has it, the monitor the next one, each worker the first free one after these. */
export const metricsPorts = (first: number) => ({
  api: first,
  monitor: first + 1,
  workers: Array.from({ length: workerPorts }, (_, index) => first + 2 + index),
});

/** Several versions of the worker run beside one another during an update. */
const workerPorts = 8;

/** Ports that can be given as the first one, without those that need privileges. */
export const firstMetricsPorts = { from: 1024, to: 65_535 - workerPorts - 1 } as const;

export const isFirstMetricsPort = (port: number): boolean =>
  Number.isInteger(port) && port >= firstMetricsPorts.from && port <= firstMetricsPorts.to;

/** `address:port`, as a URL or a socket address has it. */
export const hostAndPort = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
