import { describe, expect, test } from 'vitest';
import { exampleOperation } from '../cli/example-operation.ts';
import type { Checkpoint } from './operation.ts';
import type { Plan } from './plan.ts';
import { windowOnRecord } from './rollback-window.ts';

const until = '2026-01-01T10:30:00.000Z';
const checkpoint: Checkpoint = {
  id: 'c-1',
  operation_id: 'op-1',
  stage: 3,
  timestamp: '2026-01-01T10:00:00.000Z',
  snapshot_id: null,
  services_created: [],
  config_changes: [],
  health_check_endpoint: '',
  rollback_available_until: until,
  status: 'open',
};
const on_close = [{ action: 'removePermanentSlot', input: { members: [], slot: 'postgres_1' } }] as const;
const plan = { from: { stage: 0 }, on_close } as unknown as Plan;
const expansion = exampleOperation({ id: 'op-1', status: 'done' });
const at = (time: string) => Date.parse(time);
const onRecord = { checkpoint, plan, name: 'shop', operations: [expansion], unfinished: false, now: at(until) - 1000 };

describe('a rollback window whose workflow is gone', () => {
  test('is restarted with what it kept, until the time that was promised', () => {
    expect(windowOnRecord(onRecord)).toEqual({
      checkpoint: 'c-1',
      database: expansion.service_id,
      timeout_seconds: 1800,
      until,
      before: { name: 'shop', stage: 0 },
      on_close,
    });
  });

  test('after its time stays open long enough for its watch to see a stage that has failed', () => {
    expect(windowOnRecord({ ...onRecord, now: at(until) + 1000 })?.until).toBe('2026-01-01T10:40:01.000Z');
  });

  test('of a stage whose rollback failed closes only on request', () => {
    const back = exampleOperation({ id: 'op-2', type: 'rollback', status: 'rolled_back' });
    expect(windowOnRecord({ ...onRecord, operations: [back, expansion] })?.until).toBeNull();
  });

  test('outlives an operation that was undone before it acted', () => {
    const undone = exampleOperation({ id: 'op-2', type: 'switchover', status: 'rolled_back' });
    expect(windowOnRecord({ ...onRecord, operations: [undone, expansion] })?.until).toBe(until);
  });

  test.each([
    ['that is closed', { checkpoint: { ...checkpoint, status: 'closed' } as const }],
    ['that is none', { checkpoint: null }],
    ['of an operation that has not ended', { operations: [exampleOperation({ id: 'op-1', status: 'running' })] }],
    ['beside an operation that runs', { operations: [exampleOperation({ id: 'op-2' }), expansion] }],
    ['after which one stopped past its point of no return', { unfinished: true }],
  ])('%s is left alone', (_, change) => {
    expect(windowOnRecord({ ...onRecord, ...change })).toBeNull();
  });
});
