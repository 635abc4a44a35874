import { describe, expect, test } from 'vitest';
import { closingStep, closingText } from './closed-window.ts';
import { step } from './plan/plan-builder.ts';

const node = { name: 'postgres-1', kind: 'postgres', container: 'c', volume: null } as never;
const look = step('switchover', 'look around', { action: 'waitUntilEtcdQuorum', input: { nodes: [] } });
const slot = { action: 'ensureReplicationSlot', input: { on: node, slot: 'postgres_2' } } as const;
const act = step('switchover', 'remove postgres-1', { action: 'removeNode', input: { node } });

describe('the rollback window of the last operation', () => {
  test('closes at the first step that acts', () => {
    expect(closingStep('expand', [look, look, act, look])).toEqual({ of: 'expand', step: 2 });
    expect(closingStep('expand', [step('switchover', 'make a slot', slot), act])).toEqual({ of: 'expand', step: 0 });
  });

  test('outlives what is prepared beside it', () => {
    const prepared = step('switchover', 'make a slot', slot, [], { spares_window: true });
    expect(closingStep('expand', [prepared, look, act])).toEqual({ of: 'expand', step: 2 });
  });

  test('stays open where nothing acts, and is not spoken of where none is open', () => {
    expect(closingStep('expand', [look])).toBeNull();
    expect(closingStep(null, [act])).toBeNull();
  });

  test('is announced with the step, counted from 1', () => {
    expect(closingText({ of: 'scale_down', step: 1 }, [look, act])).toBe(
      'Closes the rollback window of the last scale down at step 2, "remove postgres-1": from there on that scale down can no longer be rolled back.',
    );
  });
});
