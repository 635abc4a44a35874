import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/domain/database.ts';
import { operationOptions } from '../../src/domain/options.ts';
import { planned } from '../support/grown-databases.ts';
import { services, shopPath, useApi } from '../support/api-under-test.ts';
import { addressOf, bodies, everythingOnRecord, sentBy } from '../support/route-requests.ts';
import { replicaTopology } from '../support/sample-database.ts';

/** `?dry_run=true` never acts: a request answers with what would happen, or is refused. */

const api = useApi();
let shop: Database;

beforeEach(async () => {
  shop = await api.shopAtStage(replicaTopology);
});

const record = () => everythingOnRecord(api);
const sent = () => sentBy(api);
const audited = async () =>
  (await api.store.listAudit({ limit: 1000 })).map(({ action }) => action).filter((each) => each !== 'refused');

/** An operation that runs, and a message would reach. */
const runExpansion = async (): Promise<string> => {
  const id = randomUUID();
  const plan = planned(shop, { target: 'ha' });
  const options = operationOptions.parse({ cutover: 'on_signal' });
  api.client.onStart = async () =>
    api.store.beginOperation({
      id,
      service_id: shop.id,
      workflow_id: `pgrow/${shop.id}`,
      run_id: 'run-1',
      type: plan.type,
      plan,
      actor: 'tests',
      options,
    });
  await api.client.start(
    'expand',
    { service_id: shop.id, operation_id: id, target: 'ha' },
    { database: 'shop', stage: 3 },
  );
  return id;
};

const changing = () => api.app.documentedRoutes.filter(({ method }) => method !== 'GET');

describe.each([
  ['nothing runs', async () => void (await api.openCheckpoint(shop))],
  ['an operation runs', async () => void (await runExpansion())],
])('while %s', (_, prepare) => {
  test('no route acts', async () => {
    await prepare();
    const before = [await record(), await audited()];
    const sentBefore = sent();
    expect(changing().length).toBeGreaterThan(25);
    for (const { method, url } of changing()) {
      const path = addressOf(url, { project: 'default', service: 'shop' });
      const call = { body: { confirm: true, ...bodies[url] } };
      const { status, body } = await api.call(method as 'POST', `${path}?dry_run=true`, call);
      const what = `${method} ${url}: ${status} ${JSON.stringify(body)}`;
      expect([200, 403, 404, 409, 422], what).toContain(status);
      expect(sent(), what).toEqual(sentBefore);
    }
    expect([await record(), await audited()]).toEqual(before);
  });
});

test.each(['/v1/tokens', '/v1/notifications/announcements', '/v1/doctor/removal', '/graphql'])(
  'POST %s has no dry run, and says so before anything else',
  async (path) => {
    const { status, body } = await api.call('POST', `${path}?dry_run=true`, { body: bodies[path] ?? {} });
    expect({ status, body }).toMatchObject({
      status: 422,
      body: { code: 'invalid_input', problems: [{ path: 'dry_run', allowed: expect.stringMatching(/^false: /) }] },
    });
  },
);

describe('a message that is only tried', () => {
  test('says what an abort would undo, to a viewer as well', async () => {
    const operation_id = await runExpansion();
    await api.store.stepStarted({ operation: operation_id, step: 0 });
    const token = await api.newToken('default', 'viewer');
    const { status, body } = await api.call('POST', `${shopPath}/abort?dry_run=true`, { token });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { message: 'abort', operation_id, steps: [{ index: 0, becomes: 'undone' }] },
    });
    expect((await api.call('POST', `${shopPath}/abort`, { token })).status).toBe(403);
    expect(api.client.signals).toEqual([]);
  });

  test('says what a cut-over would run, and refuses a confirmation of what has no grace period', async () => {
    await runExpansion();
    const cutover = await api.call('POST', `${shopPath}/cutover?dry_run=true`);
    expect(cutover.body).toMatchObject({
      message: 'cutover',
      says: [expect.stringContaining('is not ready yet'), expect.anything(), expect.anything()],
    });
    expect((await api.call('POST', `${shopPath}/confirm?dry_run=true`)).body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('not in a grace period'),
    });
  });

  test('says which rollback window a confirmation would close, and leaves it open', async () => {
    const { id } = await api.openCheckpoint(shop, planned(shop, { target: 'ha' }));
    const { status, body } = await api.call('POST', `${shopPath}/confirm?dry_run=true`);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { message: 'confirm', checkpoint: { id }, nodes_removed: ['postgres-2', 'postgres-1'] },
    });
    expect(await api.store.readOpenCheckpoint(shop.id)).toMatchObject({ id });
  });

  test('of an operation that no worker has taken up has nothing to undo', async () => {
    api.client.worker = false;
    await api.call('POST', `${shopPath}/pooling`, { body: {} });
    expect((await api.call('POST', `${shopPath}/abort?dry_run=true`)).body).toMatchObject({ steps: [] });
    expect((await api.client.describe(shop.id))?.running).toBe(true);
  });

  test('where nothing runs is refused as without it', async () => {
    for (const verb of ['abort', 'cutover', 'confirm', 'release'])
      expect((await api.call('POST', `${services}/shop/postgres/${verb}?dry_run=true`)).status).toBe(409);
  });
});
