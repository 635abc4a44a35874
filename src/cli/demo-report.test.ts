import { describe, expect, test } from 'vitest';
import { demoExitCode, demoText, type DemoReport } from './demo-report.ts';
import { exampleOperation } from './example-operation.ts';

const operation = {
  ...exampleOperation({ status: 'done', duration_ms: 8_200 }),
  longest_stall_ms: 141,
  transactions_failed: 0,
};
const report: DemoReport = {
  database: 'demo',
  stage: 3,
  operations: [operation],
  transactions: { acknowledged: 4200, failed: 0, lost: 0 },
  endpoints: { pooled: 'postgresql://demo@127.0.0.1:6432/demo', read_only: null },
  api: 'http://127.0.0.1:20001',
  temporal_web: 'http://127.0.0.1:20002',
};

describe('when a demo has succeeded', () => {
  test('all stages reached and nothing lost', () => expect(demoExitCode(report)).toBe(0));
  test('also when all were reached before', () => expect(demoExitCode({ ...report, operations: [] })).toBe(0));
  test('not below the last stage', () => expect(demoExitCode({ ...report, stage: 2 })).toBe(1));
  test('not with a lost transaction', () =>
    expect(demoExitCode({ ...report, transactions: { ...report.transactions, lost: 1 } })).toBe(1));
  test('not when no one could look', () =>
    expect(demoExitCode({ ...report, transactions: { ...report.transactions, lost: null } })).toBe(1));
  test('and an operator is called where one is needed', () =>
    expect(demoExitCode({ ...report, operations: [{ ...operation, status: 'needs_operator' }] })).toBe(4));
});

test('the report tells how long, how long clients waited, what was lost, and where to look', () => {
  const text = demoText(report);
  expect(text).toContain('demo is at stage 3 (ha).');
  expect(text).toContain('expand shop: pooling -> ha  done    8.2 s  141 ms         0');
  expect(text).toContain('Transactions: 4200 acknowledged, 0 failed, 0 lost.');
  expect(text).toContain('pooled        postgresql://demo@127.0.0.1:6432/demo');
  expect(text).toContain('Temporal Web  http://127.0.0.1:20002');
});
