import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ActionName } from '../../src/domain/step-actions.ts';
import { allCases, type ChaosCase, type Fault, type Role } from '../../chaos/cases.ts';
import { openChaos, type Chaos } from '../../chaos/chaos.ts';
import type { CaseResult } from '../../chaos/run-case.ts';
import { walk } from '../../chaos/walk.ts';

/** A sample of `npm run chaos`: one case per kind of fault, in one way up and down. */

interface Sampled {
  readonly operation: string;
  readonly action: ActionName;
  readonly fault: Fault;
  readonly at: string;
  readonly role?: Role;
}

const sample: readonly Sampled[] = [
  { operation: 'create', action: 'ensureNode', fault: 'worker', at: 'end' },
  { operation: 'pooling', action: 'configureNode', fault: 'node', role: 'node', at: 'begin' },
  { operation: 'replicas', action: 'ensureNode', fault: 'disk', role: 'node', at: 'begin' },
  { operation: 'ha', action: 'cutOver', fault: 'worker', at: 'pgbouncer.pause' },
  { operation: 'rollback', action: 'cutOver', fault: 'network', role: 'from', at: 'begin' },
  { operation: 'replicas-to-single', action: 'configureNode', fault: 'temporal', at: 'begin' },
];

const found = (wanted: Sampled): ChaosCase => {
  const fitting = allCases().find(
    ({ operation, action, fault, role, breakpoint }) =>
      operation === wanted.operation &&
      action === wanted.action &&
      fault === wanted.fault &&
      role === (wanted.role ?? null) &&
      breakpoint.at === wanted.at,
  );
  if (!fitting) throw new Error(`no case fits ${JSON.stringify(wanted)}`);
  return fitting;
};

const cases = sample.map(found);
const results = new Map<string, CaseResult>();
let chaos: Chaos;

const limitMs = 600_000;

beforeAll(async () => {
  chaos = await openChaos(() => undefined);
  await walk(chaos, {
    cases,
    onResult: (result) => results.set(result.id, result),
    mayGoOn: () => true,
  });
}, limitMs);
afterAll(() => chaos.remove(), limitMs);

test.each(cases)('$operation, $fault, at "$step" $moment: it ends well, nothing is lost or left over', ({ id }) => {
  expect(results.get(id)).toMatchObject({ effect: expect.any(String), violations: [] });
});
