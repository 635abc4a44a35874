// @vitest-environment node
import { beforeAll, expect, test } from 'vitest';
import { readOpenApiText } from '../../../test/support/openapi.ts';
import type { Change } from '../data/changes.ts';
import { rulesFor } from './option-rules.ts';

let document: Parameters<typeof rulesFor>[0];
beforeAll(async () => {
  document = JSON.parse(await readOpenApiText()) as typeof document;
});

const stage = (number: 2 | 3) => ({ stage: number }) as Parameters<typeof rulesFor>[2];
const namesFor = (kind: Change['kind'], body: Change['body'] = {}, status: Parameters<typeof rulesFor>[2] = null) =>
  Object.keys(rulesFor(document, { kind, body }, status));

test('options, defaults and what is allowed are those of the OpenAPI document', () => {
  const rules = rulesFor(document, { kind: 'pooling', body: {} }, null);
  expect(rules['pool_mode']).toMatchObject({ default: 'transaction', enum: ['session', 'transaction', 'statement'] });
  expect(rules['default_pool_size']).toMatchObject({ default: 20, minimum: 1, maximum: 1000 });
  expect(rules['grace_period']).toBeUndefined();
});

test('turning something off has options of its own', () => {
  expect(namesFor('pooling', { enabled: false })).toContain('grace_period');
  expect(namesFor('pooling', { enabled: false })).not.toContain('pool_mode');
  expect(namesFor('replicas', { count: 0 })).not.toContain('replication_mode');
});

test('at stage 3 replicas are only counted', () => {
  expect(namesFor('replicas', { count: 3 }, stage(2))).toContain('replication_mode');
  expect(namesFor('replicas', { count: 3 }, stage(3))).not.toContain('replication_mode');
  expect(rulesFor(document, { kind: 'replicas', body: { count: 3 } }, stage(3))['count']).toMatchObject({ minimum: 2 });
});

test('pooling that comes with it has the options of pooling, by the paths that problems have', () => {
  expect(namesFor('ha')).not.toContain('pooling.pool_mode');
  expect(namesFor('ha', { pooling: {} })).toEqual(
    expect.arrayContaining(['pooling.pool_mode', 'pooling.default_pool_size', 'pooling.max_client_connections']),
  );
  expect(namesFor('scale-down', { target: 'replicas' })).toContain('replicas.count');
});

test.each(['create', 'restore', 'switchover', 'failover', 'repair', 'rollback', 'stop', 'start', 'snapshots'] as const)(
  'the options of %s are known',
  (kind) => expect(namesFor(kind).length).toBeGreaterThan(0),
);
