import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PgrowError } from '../../src/domain/errors.ts';
import { services, shopPath, useApi } from '../support/api-under-test.ts';
import { liveOf } from '../support/live-state.ts';
import { samplePlan, singleTopology, replicaTopology } from '../support/sample-database.ts';

/** What operations and rollback windows are told, and what is heard of those that no worker has taken up. */

const api = useApi();

describe('signals', () => {
  test('reach the operation that runs', async () => {
    const shop = await api.newShop();
    api.takeUp(shop);
    const { body } = await api.call('POST', `${shopPath}/ha`, { body: { cutover: 'on_signal' } });

    expect((await api.call('POST', `${shopPath}/cutover`)).body).toMatchObject({ operation_id: body['operation_id'] });
    expect((await api.call('POST', `${shopPath}/abort`)).status).toBe(202);
    expect(api.client.signals).toEqual([`${shop.id} cutover`, `${shop.id} abort`]);
  });

  test('without one they are refused', async () => {
    await api.newShop();
    for (const verb of ['cutover', 'abort', 'confirm']) {
      expect((await api.call('POST', `${shopPath}/${verb}`)).body).toMatchObject({ status: 409, code: 'refused' });
    }
    expect(api.client.signals).toEqual([]);
  });

  test('confirm reaches the open checkpoint', async () => {
    const shop = await api.newShop();
    await api.openCheckpoint(shop);

    const { status, body } = await api.call('POST', `${shopPath}/confirm`);
    expect({ status, body }).toMatchObject({ status: 202, body: { takes_effect: 'now' } });
    expect(api.client.signals).toEqual([`${shop.id}/checkpoint confirm`]);
    api.client.worker = false;
    expect((await api.call('POST', `${shopPath}/confirm`)).body).toMatchObject({ takes_effect: 'when_a_worker_runs' });
  });

  test('confirm is refused with the reason of the checkpoint', async () => {
    await api.openCheckpoint(await api.newShop());
    api.client.tooLate = 'Cannot close the rollback window of shop: it is being rolled back.';
    expect((await api.call('POST', `${shopPath}/confirm`)).body).toMatchObject({
      status: 409,
      code: 'refused',
      detail: api.client.tooLate,
    });
  });
});

const operationsOf = async (name: string) =>
  (await api.call('GET', `${services}/${name}/postgres/operations`)).body['operations'] as Record<string, unknown>[];

describe('what comes too late', () => {
  // It was answered with 202, and the command line printed "done".
  test('is refused with the reason of the operation, and says who sent what was heard', async () => {
    api.takeUp(await api.newShop());
    await api.call('POST', `${shopPath}/ha`);
    await api.call('POST', `${shopPath}/cutover`);
    expect(api.client.senders).toEqual(['admin of *']);
    api.client.tooLate = 'Too late to abort: expand of shop is past its point of no return.';
    expect((await api.call('POST', `${shopPath}/abort`)).body).toMatchObject({
      status: 409,
      code: 'refused',
      detail: api.client.tooLate,
    });
  });

  test('for an operation whose workflow is gone names what undoes it', async () => {
    await api.recordOperation(await api.newShop(), randomUUID());
    expect((await api.call('POST', `${shopPath}/abort`)).body).toMatchObject({
      status: 409,
      detail: expect.stringMatching(/is gone from Temporal\. The next operation undoes .* \.\/pgrow doctor --remove$/),
    });
    api.live = liveOf('healthy');
    api.client.ended = 'terminated';
    expect((await api.call('GET', `${shopPath}/status`)).body).toMatchObject({
      operation: { status: 'running', waiting_for: expect.stringContaining('its workflow is terminated') },
    });
  });
});

describe('a rollback window', () => {
  // Someone had terminated its workflow: "No checkpoint is open", while status promised a rollback.
  test('is started again from the record if its workflow is gone', async () => {
    const shop = await api.shopAtStage(replicaTopology);
    const plan = samplePlan({ ...shop, topology: singleTopology(shop) }, shop.topology);
    const { id, rollback_available_until } = await api.openCheckpoint(shop, plan);
    expect((await api.call('POST', `${shopPath}/confirm`)).status).toBe(202);
    expect(api.client.windows).toMatchObject([
      { checkpoint: id, database: shop.id, until: rollback_available_until, before: { name: 'shop', stage: 0 } },
    ]);
  });
});

describe('what is accepted while no worker runs', () => {
  const accept = async () => {
    const shop = await api.newShop();
    api.client.worker = false;
    const { status, body } = await api.call('POST', `${shopPath}/ha`);
    expect(status).toBe(202);
    return { shop, id: String(body['operation_id']) };
  };
  const waits = {
    type: 'expand',
    status: 'running',
    // `operations` showed it as begun by "unknown".
    actor: 'admin of *',
    waiting_for: 'a worker; none has asked for work for 12 s. Start one: ./pgrow up',
  };

  // Ten seconds of silence, then "has no operation": in no list, and neither to be aborted nor to be repeated.
  test('is shown wherever operations are, and can be aborted at once', async () => {
    const { id } = await accept();
    expect(await operationsOf('shop')).toMatchObject([{ ...waits, id }]);
    expect((await api.call('GET', `${shopPath}/operations/${id}`)).body).toMatchObject(waits);
    expect((await api.call('GET', `${shopPath}/status`)).body).toMatchObject({ operation: waits });

    expect((await api.call('POST', `${shopPath}/abort`)).body).toMatchObject({ operation_id: id, takes_effect: 'now' });
    expect((await api.call('GET', `${shopPath}/operations/${id}`)).body).toMatchObject({
      status: 'aborted',
      error: { code: 'aborted', message: expect.stringContaining('Nothing was changed') },
    });
    expect((await api.call('GET', `${shopPath}/status`)).body).toMatchObject({ operation: null });
  });

  test('is recorded with its caller before it can begin', async () => {
    const { shop, id } = await accept();
    expect(await api.store.listAudit({ project: 'default', limit: 5 })).toMatchObject([
      { actor: 'admin of *', action: 'expand', service_id: shop.id, details: { operation_id: id, database: 'shop' } },
    ]);
  });

  test('may be a database that there is not yet', async () => {
    api.client.worker = false;
    const { body } = await api.call('POST', services, { body: { name: 'shop' } });
    expect(await operationsOf('shop')).toMatchObject([{ id: body['operation_id'], type: 'create', status: 'running' }]);
    expect((await api.call('POST', `${shopPath}/abort`)).status).toBe(202);
    expect(await operationsOf('shop')).toMatchObject([{ type: 'create', status: 'aborted' }]);
  });

  // A detached create that was refused after its answer had left no trace.
  test('and then refused says why', async () => {
    const { shop, id } = await accept();
    api.client.end(shop.id, new PgrowError('port_taken', 'Port 15432 is taken.'));
    expect((await api.call('GET', `${shopPath}/operations/${id}`)).body).toMatchObject({
      status: 'failed',
      actor: 'admin of *',
      error: { code: 'port_taken', message: 'Port 15432 is taken.' },
    });
  });
});
