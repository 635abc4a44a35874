import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEnvironment } from './environment.ts';
import { keepTelemetry, readTelemetry } from './telemetry-settings.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pgrow-telemetry-'));
});
afterEach(() => rmSync(home, { recursive: true }));

test('without a word about it there are neither metrics nor traces, and nothing is kept', () => {
  keepTelemetry(home, readEnvironment({}));
  expect(readTelemetry(home, readEnvironment({}))).toEqual({ metrics: null, collector: null });
});

test('an `up` without the variables continues with those of the last one, which only the owner can read', () => {
  keepTelemetry(
    home,
    readEnvironment({
      PGROW_METRICS_PORT: '9464',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=opensesame',
    }),
  );
  keepTelemetry(home, readEnvironment({ PGROW_METRICS_HOST: '10.0.0.5' }));
  expect(readTelemetry(home, readEnvironment({}))).toEqual({
    metrics: { host: '10.0.0.5', port: 9464 },
    collector: { endpoint: 'http://collector:4318', headers: 'x-key=opensesame' },
  });
  expect(statSync(join(home, 'telemetry.json')).mode & 0o777).toBe(0o600);
});

// A key for one collector must not reach another one.
test('headers are for the collector that they were given for', () => {
  const collectorOf = (variables: Record<string, string>) => readTelemetry(home, readEnvironment(variables)).collector;
  keepTelemetry(
    home,
    readEnvironment({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=opensesame',
    }),
  );
  expect(collectorOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' })?.headers).toBe('x-key=opensesame');
  expect(collectorOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://elsewhere:4318' })?.headers).toBe('');
});

test('metrics and traces that were on can be turned off, and stay off', () => {
  keepTelemetry(
    home,
    readEnvironment({ PGROW_METRICS_PORT: '9464', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }),
  );
  keepTelemetry(home, readEnvironment({ PGROW_METRICS_PORT: '0' }));
  expect(readTelemetry(home, readEnvironment({}))).toMatchObject({ metrics: null, collector: { headers: '' } });
  keepTelemetry(home, readEnvironment({ OTEL_SDK_DISABLED: 'TRUE' }));
  expect(readTelemetry(home, readEnvironment({}))).toEqual({ metrics: null, collector: null });
});

test.each([
  [{ PGROW_METRICS_PORT: '65535' }, /PGROW_METRICS_PORT must be a port from 1024 to 65526, or 0/],
  [{ PGROW_METRICS_PORT: '80' }, /PGROW_METRICS_PORT must be a port from 1024/],
  [{ PGROW_METRICS_HOST: 'eth0' }, /PGROW_METRICS_HOST must be an IP address/],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
    /OTEL_EXPORTER_OTLP_ENDPOINT must be an http:\/\/ or https:\/\/ URL/,
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://me:opensesame@collector' },
    /OTEL_EXPORTER_OTLP_ENDPOINT must not hold a user or a password: set OTEL_EXPORTER_OTLP_HEADERS/,
  ],
])('%j is refused with what is allowed', (variables, message) => {
  const read = (): unknown => readEnvironment(variables);
  expect(read).toThrow(message);
  expect(read).not.toThrow(/opensesame/);
});
