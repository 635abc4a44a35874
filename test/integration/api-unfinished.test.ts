import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Database } from '../../src/domain/database.ts';
import {
  operationInputs,
  type OperationInput,
  type OperationWorkflow,
  type ParsedInput,
} from '../../src/domain/inputs.ts';
import { parseInput } from '../../src/domain/parse-input.ts';
import { planOperation } from '../../src/domain/plan/plan-operation.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { shopPath, useApi } from '../support/api-under-test.ts';
import { haTopology, samplePlan, singleTopology } from '../support/sample-database.ts';

/** What is asked for after an operation that did not finish past its point of no return. */

const api = useApi();

const post = (path: string, body: object = {}, query = '') =>
  api.call('POST', `${shopPath}/${path}${query}`, { body: { ...body } });

/** Recorded as its worker would have, up to the hand-over, which postgres-4 led into; then its workflow is ended from outside. */
const terminate = async (
  shop: Database,
  workflow: OperationWorkflow,
  input: Partial<OperationInput<OperationWorkflow>>,
): Promise<{ plan: Plan; operation: string; noReturn: number }> => {
  const schema = operationInputs[workflow] as z.ZodType<ParsedInput<OperationWorkflow>>;
  const operation = randomUUID();
  const plan = planOperation(workflow, parseInput(schema, { service_id: shop.id, ...input }), {
    database: shop,
    operation_id: operation,
    leader: 'postgres-4',
    candidates: [],
    last: samplePlan({ ...shop, topology: singleTopology(shop) }, shop.topology),
    restored: null,
  });
  await api.recordOperation(shop, operation, plan);
  const noReturn = plan.steps.findIndex((step) => step.point_of_no_return);
  for (let step = 0; step <= noReturn; step += 1) await api.store.stepEnded({ operation, step, status: 'done' });
  return { plan, operation, noReturn };
};

/** The same, but its workflow reported that it could not continue. */
const leaveUnfinished = async (...made: Parameters<typeof terminate>): Promise<Plan> => {
  const { plan, operation, noReturn } = await terminate(...made);
  const error = { code: 'internal', message: 'It broke.', step: plan.steps[noReturn + 1]!.name, left_over: [] };
  await api.store.endOperation({ id: operation, status: 'needs_operator', stall_ms: 1, error });
  return plan;
};

const down = { target: 'replicas', confirm: true } as const;

const stepsOf = ({ body }: { body: Record<string, unknown> }): readonly string[] =>
  (body['operation'] as { steps: { name: string }[] }).steps.map(({ name }) => name);

// The dry run showed a plan made from the record, in which the old leader still led, and the API accepted another change:
// the worker continued with the old plan, or refused what had been accepted.
describe('a scale-down whose workflow was ended past its point of no return', () => {
  test('continues with its own plan, and shows that', async () => {
    const shop = await api.shopAtStage(haTopology);
    const { plan } = await terminate(shop, 'scaleDown', down);
    expect(stepsOf(await post('scale-down', down, '?dry_run=true'))).toEqual(plan.steps.map(({ name }) => name));
  });

  test.each(['?dry_run=true', ''])('lets nothing else begin %s', async (query) => {
    const shop = await api.shopAtStage(haTopology);
    await terminate(shop, 'scaleDown', down);
    expect((await post('replicas', { count: 3 }, query)).body).toMatchObject({
      status: 409,
      detail: expect.stringMatching(/stopped after its point of no return \(its workflow was terminated\)/),
    });
    expect(api.client.started).toEqual([]);
  });
});

// Its window, which never began, counted as the one that the next operation closes, and could be rolled back.
describe('an expansion whose workflow was ended before its point of no return', () => {
  const terminateEarly = async () => {
    const shop = await api.newShop();
    const operation = randomUUID();
    const plan = samplePlan(shop, haTopology(shop));
    await api.recordOperation(shop, operation, plan);
    await api.store.openCheckpoint({
      service_id: shop.id,
      operation_id: operation,
      stage: 3,
      snapshot_id: null,
      nodes_created: [],
      config_changes: [],
      health_check_endpoint: '',
      rollback_available_until: '2031-01-01T10:30:00.000Z',
    });
    return shop;
  };

  test('has no window that the next operation would close', async () => {
    await terminateEarly();
    const { body } = await post('pooling', {}, '?dry_run=true');
    expect(body).toMatchObject({ operation: { type: 'expand', closes_window: null } });
  });

  test('has nothing to roll back', async () => {
    await terminateEarly();
    expect((await post('rollback', {}, '?dry_run=true')).body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('no checkpoint is open'),
    });
  });
});

test('while an operation runs, a dry run says what the change itself would', async () => {
  const shop = await api.newShop();
  api.takeUp(shop);
  await post('pooling');
  for (const query of ['?dry_run=true', ''])
    expect((await post('ha', {}, query)).body).toMatchObject({ status: 409, code: 'operation_running' });
});

describe('a scale-down that did not finish', () => {
  test('continues with its own plan when it is repeated, and shows that', async () => {
    const shop = await api.shopAtStage(haTopology);
    const plan = await leaveUnfinished(shop, 'scaleDown', down);
    api.takeUp(shop);

    const steps = stepsOf(await post('scale-down', down, '?dry_run=true'));
    expect(steps).toEqual(plan.steps.map(({ name }) => name));
    expect(steps.some((name) => name.includes('from postgres-4'))).toBe(true);
    expect((await post('scale-down', { ...down, cutover: 'on_signal' })).status).toBe(202);
    expect(api.client.started).toMatchObject([{ workflow: 'scaleDown', input: { target: 'replicas' } }]);
  });

  test.each([
    ['scale-down', { target: 'single', confirm: true }],
    ['replicas', { count: 3 }],
    ['ha', { enabled: true }],
    ['pooling', { default_pool_size: 7 }],
    ['switchover', {}],
  ])('lets no %s %j begin', async (path, body) => {
    const shop = await api.shopAtStage(haTopology);
    await leaveUnfinished(shop, 'scaleDown', down);

    expect((await post(path, body)).body).toMatchObject({
      status: 409,
      code: 'refused',
      detail: expect.stringMatching(
        /stopped after its point of no return \(It broke\).* Repeat it with the same options/,
      ),
    });
    expect(api.client.started).toEqual([]);
  });
});

describe('a rollback that did not finish', () => {
  test('is restarted by itself: its window has nothing more to do', async () => {
    const shop = await api.shopAtStage(haTopology);
    await api.openCheckpoint(shop, samplePlan({ ...shop, topology: singleTopology(shop) }, shop.topology));
    await leaveUnfinished(shop, 'rollback', {});
    api.takeUp(shop);

    expect((await post('rollback')).status).toBe(202);
    expect(api.client.signals).toEqual([]);
    expect(api.client.started).toMatchObject([{ workflow: 'rollback', input: { service_id: shop.id } }]);
  });
});
