import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import type { Held } from '../../src/domain/held.ts';
import { shopPath, useApi } from '../support/api-under-test.ts';
import { singleTopology } from '../support/sample-database.ts';

/** A database whose record comes from a backup and is not what is on the engine. */

const api = useApi();
const text = 'On the engine the last operation is op-2 (done); on record it is op-1 (done).';
let held: Held;

/** As the restore of a backup leaves it. */
const holdShop = async () => {
  const shop = await api.shopAtStage(singleTopology);
  const { readDatabase, releaseHold } = api.store;
  let released = false;
  api.store.readDatabase = async (...asked) => {
    const database = await readDatabase(...asked);
    return database && !released ? { ...database, held } : database;
  };
  api.store.releaseHold = async (id) => {
    released = true;
    return releaseHold(id);
  };
  return shop;
};
const release = (body: object) => api.call('POST', `${shopPath}/release`, { body });

beforeEach(() => {
  held = {
    taken_at: '2026-11-28T03:00:00.000Z',
    compared_at: '2026-11-28T04:00:00.000Z',
    differences: [{ of: 'operation', text }],
  };
});

test('status says what differs and what to do, and every change is refused with that', async () => {
  await holdShop();
  const { body } = await api.call('GET', `${shopPath}/status`);
  expect(body).toMatchObject({ held, notices: expect.arrayContaining([text]) });
  const refused = await api.call('POST', `${shopPath}/pooling`, { body: {} });
  expect(refused).toMatchObject({
    status: 409,
    body: {
      code: 'refused',
      detail: expect.stringMatching(/comes from a backup of 2026-11-28.*\.\/pgrow release shop/),
    },
  });
});

test('a release that is only tried says what it would mean, and leaves the hold', async () => {
  const operation = randomUUID();
  await api.recordOperation(await holdShop(), operation);
  const token = await api.newToken('default', 'viewer');
  expect(await api.call('POST', `${shopPath}/release?dry_run=true`, { token })).toMatchObject({
    status: 200,
    body: {
      released: false,
      differences: [text],
      says: [expect.anything(), expect.stringContaining('counts as failed')],
    },
  });
  expect(await api.store.readOperationStatus(operation)).toBe('running');
  expect((await api.call('GET', `${shopPath}/status`)).body).toMatchObject({ held });
});

test('a release needs a confirmation and is in the audit; an operation of unknown end is not undone by the next one', async () => {
  const shop = await holdShop();
  const operation = randomUUID();
  await api.recordOperation(shop, operation);
  expect(await release({})).toMatchObject({
    status: 422,
    body: { problems: [{ path: 'confirm', allowed: expect.stringContaining(text) }] },
  });
  expect(await api.store.readOperationStatus(operation)).toBe('running');

  expect(await release({ confirm: true })).toMatchObject({
    status: 200,
    body: { released: true, differences: [text] },
  });
  expect(await api.store.readOperation(operation)).toMatchObject({
    status: 'failed',
    error: { code: 'needs_operator', message: expect.stringContaining('How it ended is not known') },
  });
  expect(await api.store.listAudit({ project: 'default', limit: 1 })).toMatchObject([
    { action: 'release', details: { differences: [text] } },
  ]);
  expect(await api.store.listEvents(shop.id, 1)).toMatchObject([{ event_type: 'hold_released' }]);
  expect(await release({ confirm: true })).toMatchObject({ status: 409, body: { code: 'refused' } });
});

// Within the first seconds there was nothing to read, and the next operation removed what the last one had made.
test('nothing is released before record and nodes have been compared', async () => {
  held = { ...held, compared_at: null, differences: [] };
  await holdShop();
  expect(await release({ confirm: true })).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining('has not been compared with its nodes yet') },
  });
});

test('an operation that Temporal still runs continues after a release', async () => {
  const shop = await holdShop();
  const operation_id = randomUUID();
  await api.recordOperation(shop, operation_id);
  const run = { workflow_id: `pgrow/${shop.id}`, run_id: 'run-1', running: true, operation_id };
  api.client.describe = async () => run as Awaited<ReturnType<typeof api.client.describe>>;
  expect(await release({ confirm: true })).toMatchObject({ status: 200 });
  expect(await api.store.readOperationStatus(operation_id)).toBe('running');
});

test('an operation that runs goes on where only its nodes differ', async () => {
  held = { ...held, differences: [{ of: 'nodes', text: 'postgres-2 is on record, and there is no container x.' }] };
  const shop = await holdShop();
  const operation = randomUUID();
  await api.recordOperation(shop, operation);
  expect(await release({ confirm: true })).toMatchObject({ status: 200 });
  expect(await api.store.readOperationStatus(operation)).toBe('running');
});
