import { priced } from '../../src/domain/plan/priced.ts';
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/domain/database.ts';
import { planRestore } from '../../src/domain/plan/restore.ts';
import { requestOf } from '../../src/domain/resumption.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { services, shopPath, useApi } from '../support/api-under-test.ts';
import { sampleDatabase } from '../support/sample-database.ts';

const api = useApi();

let shop: Database;
beforeEach(async () => {
  shop = await api.newShop();
});

const keep = (change: Partial<Snapshot> = {}) =>
  api.store.recordSnapshot({
    id: 'snap-1',
    service_id: shop.id,
    operation_id: null,
    volume: 'v-1',
    bytes: 2048,
    verified_at: '2026-01-01T10:00:00.000Z',
    ...change,
  });

describe('snapshots', () => {
  test('are listed, newest first, with what their last verification found', async () => {
    await keep();
    expect((await api.call('GET', `${shopPath}/snapshots`)).body).toMatchObject({
      snapshots: [
        {
          id: 'snap-1',
          volume: 'v-1',
          bytes: 2048,
          expires_at: null,
          verified_at: '2026-01-01T10:00:00.000Z',
          damage: null,
        },
      ],
    });
  });

  test('say which databases began with one of them, and those say so as well', async () => {
    await keep();
    const restored_from = {
      service_id: shop.id,
      database: 'shop',
      snapshot: 'snap-1',
      taken_at: '2026-01-01T10:00:00.000Z',
    };
    const copy = await api.store.registerDatabase(sampleDatabase('copy', { restored_from }));
    await api.store.registerDatabase(sampleDatabase('elsewhere', { restored_from, project: 'other' }));
    expect((await api.call('GET', `${shopPath}/snapshots`)).body['restored']).toMatchObject([
      { id: copy.id, name: 'copy', snapshot: 'snap-1', taken_at: restored_from.taken_at },
    ]);
    expect((await api.call('GET', `${services}/copy/postgres/status`)).body).toMatchObject({ restored_from });
    expect((await api.call('GET', `${services}/copy`)).body).toMatchObject({ restored_from });
    expect((await api.call('GET', `${services}/shop`)).body).toMatchObject({ restored_from: null });
    await api.store.removeDatabase(copy.id);
    expect((await api.call('GET', `${shopPath}/snapshots`)).body['restored']).toEqual([]);
  });

  test('of a database that no one knows are a problem', async () => {
    expect((await api.call('GET', `${services}/${randomUUID()}/postgres/snapshots`)).status).toBe(404);
  });
});

describe('verifying', () => {
  const verify = (id = 'snap-1', token?: string) =>
    api.call('POST', `${shopPath}/snapshots/${id}/verify`, token === undefined ? {} : { token });

  test('answers with what was found', async () => {
    await keep();
    api.client.verification = {
      status: 'damaged',
      found: ['checksum mismatch for file "base/1/1255"'],
      duration_ms: 7,
    };
    expect(await verify()).toMatchObject({
      status: 200,
      body: { snapshot: { id: 'snap-1' }, verification: api.client.verification },
    });
    expect(api.client.verified).toEqual(['snap-1']);
    expect(await api.store.listAudit({ project: 'default', limit: 1 })).toMatchObject([
      { action: 'verify_snapshot', details: { snapshot: 'snap-1', status: 'damaged' } },
    ]);
  });

  test('that takes long is answered before its end', async () => {
    await keep();
    api.client.verification = null;
    expect(await verify()).toMatchObject({ status: 202, body: { verification: { status: 'running' } } });
  });

  test('one that is not there names those there are', async () => {
    await keep();
    expect(await verify('snap-9')).toMatchObject({ status: 404, body: { detail: expect.stringContaining('snap-1') } });
    expect(api.client.verified).toEqual([]);
  });

  test('needs an operator', async () => {
    await keep();
    expect((await verify('snap-1', await api.newToken('default', 'viewer'))).status).toBe(403);
  });
});

describe('restoring', () => {
  const restore = (body: object, { query = '', key }: { query?: string; key?: string } = {}) =>
    api.call('POST', `${shopPath}/restore${query}`, { body, ...(key !== undefined && { key }) });
  const wanted = { snapshot: 'snap-1', name: 'copy' };

  test('starts the workflow of a new database and answers where to look', async () => {
    await keep();
    api.takeUpCreation();
    const { status, headers, body } = await restore({ ...wanted, port: 15_432 });

    expect(status).toBe(202);
    const [{ workflow, input } = { workflow: '', input: {} }] = api.client.started;
    expect(workflow).toBe('restoreSnapshot');
    expect(input).toMatchObject({ ...wanted, port: 15_432, project: 'default', source_service_id: shop.id });
    expect(input['service_id']).not.toBe(shop.id);
    expect(body).toEqual({
      operation_id: input['operation_id'],
      service_id: input['service_id'],
      workflow_id: `pgrow/${String(input['service_id'])}`,
      run_id: expect.any(String),
      estimated_duration_minutes: 1,
      estimated_monthly_cost: 15,
    });
    expect((await api.call('GET', headers['location'] as string)).body).toMatchObject({
      id: input['operation_id'],
      database: 'copy',
    });
  });

  test('shows the plan, and touches nothing', async () => {
    await keep();
    const { status, body } = await restore(wanted, { query: '?dry_run=true' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      operation: { id: null, type: 'restore', status: 'planned', database: 'copy', from_stage: null, to_stage: 0 },
    });
    const { steps, warnings } = body['operation'] as { steps: { name: string }[]; warnings: string[] };
    expect(steps.map(({ name }) => name)).toContain('copy snapshot snap-1 of shop to postgres-1');
    expect(warnings).toEqual([
      expect.stringContaining('keep the passwords that they had in shop'),
      expect.stringContaining('Unlogged tables come back empty'),
    ]);
    expect(api.client.started).toEqual([]);
  });

  test('the same key twice starts one operation', async () => {
    await keep();
    api.takeUpCreation();
    const first = await restore(wanted, { key: 'once' });
    const again = await restore(wanted, { key: 'once' });
    expect(again).toMatchObject({ status: 202, body: { operation_id: first.body['operation_id'] } });
    expect(api.client.started).toHaveLength(1);
  });

  test('the same key again before anybody has taken it up is no name taken', async () => {
    await keep();
    const first = await restore(wanted, { key: 'once' });
    await api.store.registerDatabase({
      ...shop,
      id: String(first.body['service_id']),
      name: 'copy',
      ports: otherPorts,
    });
    expect(await restore(wanted, { key: 'once' })).toMatchObject({
      status: 202,
      body: { operation_id: first.body['operation_id'] },
    });
    expect(api.client.started).toHaveLength(1);
  });

  test('names everything that is wrong at once and starts nothing', async () => {
    await keep({ damage: 'checksum mismatch' });
    const { status, body } = await restore({ snapshot: 'snap-1', name: 'Copy!', port: 1, colour: 'red' });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: 'invalid_input',
      problems: [
        { path: 'name', value: 'Copy!' },
        { path: 'port', value: 1, allowed: 'a whole number from 1024 to 65535' },
        { path: 'colour', value: 'red' },
        { path: 'snapshot', value: 'snap-1', allowed: expect.stringContaining('it is damaged: checksum mismatch') },
      ],
    });
    expect((await restore({})).body['problems']).toMatchObject([{ path: 'name' }, { path: 'snapshot' }]);
    expect(api.client.started).toEqual([]);
  });

  test.each([
    ['an unknown snapshot', { snapshot: 'snap-9' }, 422, 'invalid_input'],
    ['a name that is taken', { name: 'shop' }, 409, 'name_taken'],
  ])('%s is %s', async (_, change, status, code) => {
    await keep();
    expect((await restore({ ...wanted, ...change })).body).toMatchObject({ status, code });
    expect(api.client.started).toEqual([]);
  });

  test('one whose time is over is refused, though it has not been removed yet', async () => {
    await keep({ expires_at: '2026-01-01T00:00:00.000Z' });
    expect((await restore(wanted)).body).toMatchObject({ status: 409, code: 'refused' });
  });

  test('a body that is not an object is refused with that reason', async () => {
    expect((await api.call('POST', `${shopPath}/restore`, { body: [] })).body).toMatchObject({ status: 400 });
  });

  // Destroying the source waited for the volume that was being copied, and left half of it to an operator.
  test('keeps its source from being destroyed, as a plan and for good, until it has its copy', async () => {
    const copy = await api.store.registerDatabase(sampleDatabase('copy'));
    const operation = randomUUID();
    const plan = priced(
      planRestore(copy, {
        source: 'shop',
        snapshot: { id: 'snap-1', volume: 'volume-1', bytes: null, created_at: '2026-01-01T10:00:00.000Z' },
      }),
    );
    const input = { source_service_id: shop.id, snapshot: 'snap-1' };
    await api.recordOperation(copy, operation, { ...plan, asked: requestOf('restoreSnapshot', input) });

    for (const query of ['?dry_run=true', '']) {
      expect((await api.call('DELETE', `${services}/shop${query}`)).body).toMatchObject({
        status: 409,
        code: 'refused',
        detail: expect.stringContaining(`restore ${operation} copies a snapshot of it to copy`),
      });
    }
    const step = plan.steps.findIndex(({ run }) => run.action === 'restoreSnapshot');
    await api.store.stepEnded({ operation, step, status: 'done' });
    expect((await api.call('DELETE', `${services}/shop?dry_run=true`)).status).toBe(200);
  });

  test('the OpenAPI document has both routes, and what a restore takes', async () => {
    const { body } = await api.call('GET', '/openapi.json', { token: null });
    const paths = body['paths'] as Record<string, Record<string, { requestBody?: unknown }>>;
    const postgres = '/v1/projects/{projectId}/services/{serviceId}/postgres';
    expect(Object.keys(paths)).toContain(`${postgres}/snapshots/{snapshotId}/verify`);
    expect(JSON.stringify(paths[`${postgres}/restore`]?.['post']?.requestBody)).toContain('"snapshot"');
  });
});

const otherPorts = { postgres: 1, pooled: 2, pooled_read_only: 3, read_write: 4, read_only: 5, stats: 6 };
