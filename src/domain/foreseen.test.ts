import { describe, expect, test } from 'vitest';
import { planned, startNamed } from '../../test/support/grown-databases.ts';
import { exampleOperation, exampleStep } from '../cli/example-operation.ts';
import { foresee, foreseeClosing, foreseeUnbegun } from './foreseen.ts';
import type { Checkpoint, OperationDocument, StepRecord } from './operation.ts';
import type { Plan } from './plan.ts';
import { traitsOf } from './step-traits.ts';

const plan: Plan = planned(startNamed('one replica').database, { target: 'ha' });
const at = plan.steps.findIndex(({ point_of_no_return }) => point_of_no_return === true);

/** The operation of the plan when `done` of its steps are, and the next one is as said. */
const underWay = (
  done: number,
  next: Partial<StepRecord> = { status: 'pending' },
  change: Partial<OperationDocument> = {},
): OperationDocument => ({
  ...exampleOperation({}),
  type: 'expand',
  database: 'shop',
  status: 'running',
  abortable: { now: true, reason: null },
  cut_over: { mode: 'on_signal', deadline: null },
  steps: plan.steps.map(({ name, phase }, index) => {
    const { cut_over, waits_for_signal, lane } = traitsOf(plan)[index]!;
    const told =
      index < done ? ({ status: 'done' } as const) : index === done ? next : ({ status: 'pending' } as const);
    return exampleStep({ index, name, phase, cut_over, waits_for_signal, lane, ...told });
  }),
  ...change,
});

describe('an abort', () => {
  test('would undo what has begun and can be undone, the last step first, and remove the nodes it has made', () => {
    const would = foresee('abort', { plan, operation: underWay(6, { status: 'running' }) });
    const begun = plan.steps.slice(0, 7).filter(({ undo }) => undo.length > 0);
    expect(would.steps.map(({ name, becomes }) => [name, becomes])).toEqual(
      begun.toReversed().map(({ name }) => [name, 'undone']),
    );
    const made = begun.flatMap(({ run }) => (run.action === 'ensureNode' ? [run.input.node.name] : []));
    expect(would.nodes_removed.toSorted()).toEqual(made.toSorted());
    expect(would.says[0]).toMatch(
      /^The expansion of shop would be undone: .* Afterwards everything is as it was before\.$/,
    );
  });

  test('of one that has made nothing yet would undo nothing', () => {
    expect(foresee('abort', { plan, operation: underWay(0) })).toMatchObject({ steps: [], nodes_removed: [] });
    expect(foreseeUnbegun('abort', 'shop')).toMatchObject({ steps: [], says: [expect.stringContaining('nothing')] });
  });

  test('says that a rollback window which it has closed stays closed', () => {
    const closing = { ...plan, closes_window: { of: 'scale_down', step: 1 } };
    const says = (done: number) => foresee('abort', { plan: closing, operation: underWay(done) }).says.join(' ');
    expect(says(2)).toContain('The rollback window of the last scale-down stays closed');
    expect(says(1)).not.toContain('stays closed');
  });

  test('that comes too late is refused with the reason', () => {
    const late = underWay(at, { status: 'running' }, { abortable: { now: false, reason: 'Too late to abort: it.' } });
    expect(() => foresee('abort', { plan, operation: late })).toThrow('Too late to abort: it.');
  });
});

describe('a cut-over', () => {
  const waits = plan.steps.findIndex(({ waits_for_signal }) => waits_for_signal === true);
  const ready = underWay(waits, { status: 'running', waiting: true });

  test('would run what is left, and says for how long writes are held', () => {
    const would = foresee('cutover', { plan, operation: ready });
    expect(would.steps.map(({ index }) => index)).toEqual(plan.steps.map((_, index) => index).slice(waits));
    expect(would.expected_stall_ms).toBe(plan.expected_stall_ms);
    expect(would.says[0]).toContain(`now with step ${waits + 1}`);
    expect(would.says.join(' ')).toContain(plan.point_of_no_return!);
  });

  test('that is not ready says so', () =>
    expect(foresee('cutover', { plan, operation: underWay(2) }).says[0]).toContain('is not ready yet'));

  test('is refused where none waits, or it has begun', () => {
    const automatic = { ...ready, cut_over: { mode: 'automatic', deadline: null } as const };
    expect(() => foresee('cutover', { plan, operation: automatic })).toThrow('no cut-over that waits');
    expect(() => foresee('cutover', { plan, operation: underWay(at, { status: 'running' }) })).toThrow(
      'has cut over already',
    );
  });
});

describe('a confirmation', () => {
  const until = '2026-01-01T11:00:00.000Z';
  const waiting_for = { kind: 'grace', since: '2026-01-01T10:00:00.000Z', until, says: 'clients to leave' } as const;

  test('would end a grace period', () => {
    const leaving = { ...plan, nodes_removed: ['pgbouncer-1'] };
    const would = foresee('confirm', { plan: leaving, operation: underWay(0, { status: 'running', waiting_for }) });
    expect(would).toMatchObject({ nodes_removed: ['pgbouncer-1'], checkpoint: null });
    expect(would.says[0]).toBe(`The grace period of the expansion of shop would end now instead of at ${until}.`);
    expect(would.steps[0]).toMatchObject({ index: 1, becomes: 'run' });
  });

  test('is refused where there is none', () => {
    expect(() => foresee('confirm', { plan, operation: underWay(3) })).toThrow('not in a grace period');
    expect(() => foreseeUnbegun('confirm', 'shop')).toThrow('not in a grace period yet');
  });

  test('would close an open rollback window, and remove what that keeps', () => {
    const checkpoint: Checkpoint = {
      id: 'checkpoint',
      operation_id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      stage: 3,
      timestamp: waiting_for.since,
      snapshot_id: 'snap-1',
      services_created: [],
      config_changes: [],
      health_check_endpoint: '',
      rollback_available_until: until,
      status: 'open',
    };
    const would = foreseeClosing({ database: 'shop', checkpoint, plan });
    const kept = plan.on_close.flatMap((call) => (call.action === 'removeNode' ? [call.input.node.name] : []));
    expect(kept).not.toEqual([]);
    expect(would).toMatchObject({ nodes_removed: kept, checkpoint, steps: [] });
    expect(would.says.join(' ')).toMatch(/could no longer be rolled back\. Removes .* Snapshot snap-1 .* 24 h later/);
    expect(
      foreseeClosing({ database: 'shop', checkpoint: { ...checkpoint, snapshot_id: null }, plan: null }),
    ).toMatchObject({
      nodes_removed: [],
      says: [expect.stringContaining('the last operation of shop')],
    });
  });
});
