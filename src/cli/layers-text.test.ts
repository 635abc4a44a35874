import { expect, test } from 'vitest';
import { exampleOperation, exampleStep } from './example-operation.ts';
import { exampleStatus } from './example-status.ts';
import { layersText } from './layers-text.ts';

const now = Date.parse('2026-01-01T10:00:00Z');

test('the layers stand below each other as statements pass them, with roles, states and lag', () => {
  expect(layersText(exampleStatus, now, 80)).toEqual([
    'shop: degraded, stage 2 (replicas)',
    '',
    'applications  pooled      pgbouncer:5432',
    '              read-write  haproxy:5432',
    '              read-only   haproxy:5433',
    '              any node    haproxy:5434',
    '              direct      postgres:5432',
    '     |',
    'poolers       pgbouncer-1 running',
    '     |',
    'PostgreSQL    postgres-1  primary  running',
    '              postgres-2  replica  stopped, 48 MB behind',
  ]);
});

test('routers share a line, and their layer is wrapped on a narrow screen', () => {
  const pooler = exampleStatus.nodes.find(({ kind }) => kind === 'pgbouncer')!;
  const routers = [1, 2, 3].map((number) => ({ ...pooler, kind: 'haproxy' as const, name: `haproxy-${number}` }));
  const text = layersText({ ...exampleStatus, nodes: [...exampleStatus.nodes, ...routers] }, now, 60);
  expect(text.slice(text.findIndex((line) => line.startsWith('routers'))).slice(0, 2)).toEqual([
    'routers       haproxy-1 running, haproxy-2 running,',
    '              haproxy-3 running',
  ]);
});

test('a running operation is shown with its step, and a notice where it fits', () => {
  const steps = [
    exampleStep({ status: 'done' }),
    exampleStep({ name: 'hand over', phase: 'cut-over', status: 'running' }),
  ];
  const text = layersText(
    {
      ...exampleStatus,
      notices: ['postgres-2 is stopped. Start it again: ./pgrow repair shop'],
      operation: exampleOperation({ steps }),
    },
    now,
    40,
  );
  expect(text.slice(0, 3)).toEqual([
    'shop: degraded, stage 2 (replicas)',
    'postgres-2 is stopped. Start it again:',
    '  ./pgrow repair shop',
  ]);
  expect(text.slice(-2)).toEqual([
    'Running: expand shop: pooling -> ha (0b7c1d2e-0000-4000-8000-000000000001)',
    '[2 of 2] > cut-over  hand over',
  ]);
});
