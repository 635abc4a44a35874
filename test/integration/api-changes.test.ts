import { describe, expect, test } from 'vitest';
import { PgrowError } from '../../src/domain/errors.ts';
import { poolingOptions } from '../../src/domain/options.ts';
import { planOperation } from '../../src/domain/plan/plan-operation.ts';
import { parseInput } from '../../src/domain/parse-input.ts';
import { operationInputs } from '../../src/domain/inputs.ts';
import type { Database } from '../../src/domain/database.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { liveOf } from '../support/live-state.ts';
import { shopPath, useApi } from '../support/api-under-test.ts';
import { changeFacts } from '../support/change-facts.ts';
import {
  haTopology,
  nothingHeld,
  pooledTopology,
  replicaTopology,
  samplePlan,
  singleTopology,
} from '../support/sample-database.ts';

const api = useApi();

const dryRun = async (path: string, body?: object) =>
  (await api.call('POST', `${shopPath}/${path}?dry_run=true`, { body })).body['operation'] as Record<string, unknown>;

const start = async (path: string, body?: object) => {
  const response = await api.call('POST', `${shopPath}/${path}`, { body });
  return { ...response, started: api.client.started.at(-1) };
};

describe('the way down', () => {
  test.each([
    ['pooling', { enabled: false, grace_period: 60 }, pooledTopology, { target: 'unpooled', grace_period: 60 }],
    ['replicas', { count: 0 }, replicaTopology, { target: 'single' }],
    ['replicas', { count: 0 }, haTopology, { target: 'pooling' }],
    ['ha', { enabled: false, replicas: { count: 2 } }, haTopology, { target: 'replicas', replicas: { count: 2 } }],
    [
      'scale-down',
      { target: 'single', grace_period: 0, cutover: 'on_signal' },
      haTopology,
      { target: 'single', grace_period: 0 },
    ],
  ])('by %s %j takes a confirmation, and then starts it', async (path, body, topologyOf, input) => {
    const shop = await api.shopAtStage(topologyOf);
    api.takeUp(shop);
    const plan = await dryRun(path, body);
    expect(plan).toMatchObject({
      type: 'scale_down',
      status: 'planned',
      warnings: expect.arrayContaining([expect.any(String)]),
    });

    const refused = await start(path, body);
    expect(refused.body).toMatchObject({ status: 422, problems: [{ path: 'confirm', value: false }] });
    for (const warning of plan['warnings'] as string[]) expect(refused.body['detail']).toContain(warning);
    expect(refused.started).toBeUndefined();

    const { status, started } = await start(path, { ...body, confirm: true });
    expect(status).toBe(202);
    expect(started).toMatchObject({ workflow: 'scaleDown', input: { ...input, confirm: true, service_id: shop.id } });
  });

  test.each([
    ['pooling', { enabled: false }],
    ['replicas', { count: 0 }],
    ['ha', { enabled: false }],
    ['scale-down', { target: 'single' }],
  ])('to where it is already, by %s %j, needs no confirmation and changes nothing', async (path, body) => {
    api.takeUp(await api.newShop());
    expect(await dryRun(path, body)).toMatchObject({ steps: [], nodes_removed: [] });
    expect((await start(path, body)).status).toBe(202);
  });

  test('names everything that does not fit', async () => {
    await api.shopAtStage(haTopology);
    const body = { target: 'cellar', replicas: { count: 9 }, grace_period: -1, confirm: 'yes', pool_mode: 'session' };
    expect((await start('scale-down', body)).body['problems']).toMatchObject([
      { path: 'target', value: 'cellar', allowed: 'replicas, pooling, single, unpooled' },
      { path: 'replicas.count', value: 9 },
      { path: 'grace_period', value: -1, allowed: 'a whole number from 0 to 604800' },
      { path: 'confirm', value: 'yes', allowed: 'true, false' },
      { path: 'pool_mode', value: 'session' },
    ]);
  });

  test('hands over from the current leader', async () => {
    await api.shopAtStage(haTopology);
    const leader = { name: 'postgres-3', role: 'leader', state: 'running', lag: 0 } as const;
    api.live = {
      health: 'healthy',
      nodes: [],
      members: [leader],
      writes: [],
      notices: [],
      patroni_version: null,
      etcd_version: null,
    };
    const plan = await dryRun('scale-down', { target: 'single' });
    expect((plan['steps'] as { name: string }[]).some(({ name }) => name.includes('from postgres-3'))).toBe(true);
  });
});

describe('what the server holds', () => {
  const sessions = { count: 1, names: ['shop.public.sessions'] };

  test.each([
    ['ha', { enabled: true }, pooledTopology, 'expand'],
    ['switchover', {}, haTopology, 'switchover'],
  ])('and writes that move would leave behind takes a confirmation: %s', async (path, body, topologyOf, workflow) => {
    api.takeUp(await api.shopAtStage(topologyOf));
    const streaming = { name: 'postgres-3', role: 'replica', state: 'streaming', lag: 0 } as const;
    api.live = {
      health: 'healthy',
      nodes: [],
      members: [streaming],
      writes: [],
      notices: [],
      patroni_version: null,
      etcd_version: null,
    };
    api.holds = { unlogged: sessions };
    expect(await dryRun(path, body)).toMatchObject({ losses: [expect.stringContaining('shop.public.sessions')] });

    const refused = await start(path, body);
    expect(refused.body).toMatchObject({ status: 422, problems: [{ path: 'confirm', value: false }] });
    expect(refused.body['detail']).toContain('shop.public.sessions');
    expect(refused.started).toBeUndefined();

    const { status, started } = await start(path, { ...body, confirm: true });
    expect(status).toBe(202);
    expect(started).toMatchObject({ workflow, input: { confirm: true } });
  });

  test('is nothing to confirm where writes stay', async () => {
    api.takeUp(await api.newShop());
    api.holds = { unlogged: sessions };
    expect((await start('replicas', { count: 1 })).status).toBe(202);
  });

  test('a rollback asks as well', async () => {
    const shop = await api.shopAtStage(haTopology);
    const grown = samplePlan({ ...shop, topology: pooledTopology(shop) }, shop.topology);
    await api.openCheckpoint(shop, grown);
    api.holds = { unlogged: sessions };
    const { body } = await start('rollback');
    expect(body).toMatchObject({ status: 422, problems: [{ path: 'confirm', value: false }] });
  });

  test('a logical slot is refused with its name, confirmed or not', async () => {
    api.takeUp(await api.shopAtStage(pooledTopology));
    api.holds = { logical_slots: [{ name: 'cdc', database: 'shop', plugin: 'pgoutput', active: true }] };
    const { body, started } = await start('ha', { enabled: true, confirm: true });
    expect(body).toMatchObject({ status: 409, detail: expect.stringContaining('slot cdc') });
    expect(started).toBeUndefined();
  });
});

describe('changes at the present stage', () => {
  test('other pooling options are set; those not given stay', async () => {
    const shop = await api.shopAtStage((database) => ({
      ...pooledTopology(database),
      pooling: poolingOptions.parse({ default_pool_size: 30 }),
    }));
    api.takeUp(shop);
    const { started } = await start('pooling', { pool_mode: 'session' });
    expect(started).toMatchObject({
      workflow: 'setPooling',
      input: { pooling: { pool_mode: 'session', default_pool_size: 30 } },
    });
  });

  test('the pooling there is touches nothing', async () => {
    await api.shopAtStage(pooledTopology);
    expect(await dryRun('pooling', { enabled: true })).toMatchObject({ steps: [] });
  });

  test.each([
    [replicaTopology, 3],
    [haTopology, 4],
  ])('another number of replicas is set', async (topologyOf, count) => {
    api.takeUp(await api.shopAtStage(topologyOf));
    const { started } = await start('replicas', { count });
    expect(started).toMatchObject({ workflow: 'setReplicas', input: { count } });
  });

  test('the replicas there are touch nothing', async () => {
    await api.shopAtStage(replicaTopology);
    expect(await dryRun('replicas', { count: 1 })).toMatchObject({ steps: [] });
    expect(await dryRun('replicas')).toMatchObject({ steps: [] });
  });

  test('another kind of replicas is refused, not left out', async () => {
    await api.shopAtStage(replicaTopology);
    const { body } = await start('replicas', { count: 2, replication_mode: 'sync' });
    expect(body).toMatchObject({ status: 409, detail: expect.stringContaining('replication_mode is async') });
  });

  test('fewer standbys than high availability needs are refused with what is allowed', async () => {
    await api.shopAtStage(haTopology);
    expect((await start('replicas', { count: 1 })).body).toMatchObject({
      status: 422,
      problems: [{ path: 'count', value: 1, allowed: 'a whole number from 2 to 6' }],
    });
  });

  test('a replica is rebuilt, the primary never', async () => {
    api.takeUp(await api.shopAtStage(replicaTopology));
    expect((await start('reinitialize', { node: 'postgres-1' })).body).toMatchObject({
      status: 422,
      problems: [{ path: 'node', value: 'postgres-1', allowed: 'postgres-2' }],
    });
    expect((await start('reinitialize', { node: 'postgres-2' })).started).toMatchObject({
      workflow: 'reinitialize',
      input: { node: 'postgres-2' },
    });
  });
});

test('a password is not recorded while an operation runs, which may be giving another', async () => {
  const shop = await api.shopAtStage(pooledTopology);
  api.takeUp(shop);
  const { body } = await start('scale-down', { target: 'single', confirm: true });
  expect((await start('password', { password: 'on record' })).body).toMatchObject({
    status: 409,
    code: 'operation_running',
    detail: expect.stringContaining(String(body['operation_id'])),
  });
});

test('certificates are not rotated in the way of a password', async () => {
  await api.shopAtStage(pooledTopology);
  expect((await start('rotate', { what: 'certificates', how: 'at_once' })).body).toMatchObject({
    code: 'invalid_input',
    detail: expect.stringContaining('how is "at_once", allowed: nothing where "what" is "certificates"'),
  });
});

describe('a change of size, settings, extensions or image', () => {
  const planOfChange = (shop: Database, input: object & { readonly operation_id: string }): Plan =>
    planOperation('changeDatabase', parseInput(operationInputs.changeDatabase, input), {
      database: shop,
      operation_id: input.operation_id,
      leader: 'postgres-1',
      candidates: [],
      last: null,
      restored: null,
      facts: nothingHeld('postgres-1'),
      change: changeFacts(),
    });

  test('names everything that does not fit', async () => {
    await api.newShop();
    const body = {
      memory: '4 bananas',
      cpus: 0,
      storage: '10MB',
      settings: { 'work mem': '64MB', jit: ['off'] },
      extensions: ['vector', 7],
      image: 'older',
      confirm: 'yes',
      disk: '1TB',
    };
    const { status, body: problem } = await start('change', body);
    expect(status).toBe(422);
    const problems = problem['problems'] as { path: string; value: unknown; allowed: string }[];
    expect(problems.map(({ path, value }) => [path, value])).toEqual([
      ['memory', '4 bananas'],
      ['cpus', 0],
      ['storage', '10MB'],
      ['settings.work mem', '64MB'],
      ['settings.jit', ['off']],
      ['extensions.1', 7],
      ['image', 'older'],
      ['confirm', 'yes'],
      ['disk', '1TB'],
    ]);
    expect(Object.fromEntries(problems.map(({ path, allowed }) => [path, allowed]))).toMatchObject({
      memory: expect.stringContaining('such as 4GiB'),
      cpus: expect.stringContaining('0.25 to 512'),
      storage: expect.stringContaining('such as 50GiB'),
      'settings.work mem': expect.stringContaining('such as work_mem'),
      'settings.jit': expect.stringContaining('a number, true or false'),
      'extensions.1': 'text of 1 to 63 characters',
      image: '"newest"',
    });
    expect(api.client.started).toEqual([]);
  });

  test('says of each thing how it takes effect, and starts the plan that was shown', async () => {
    const shop = await api.newShop();
    api.client.onStart = ({ input }) => api.recordOperation(shop, input.operation_id, planOfChange(shop, input));
    const body = { memory: '4GiB', cpus: 4, settings: { work_mem: '64MB' }, extensions: ['pg_trgm'] };
    const shown = await api.call('POST', `${shopPath}/change?dry_run=true&preflight=true`, { body });
    const plan = shown.body['operation'] as { digest: string; changes: unknown[]; warnings: string[] };
    expect(plan).toMatchObject({ type: 'change', from_stage: 0, to_stage: 0, preflight: [{ check: 'engine' }] });
    expect(plan.changes).toEqual(
      expect.arrayContaining([
        { subject: 'memory', name: null, from: '1 GiB', to: '4 GiB', takes_effect: 'hand_over' },
        { subject: 'cpus', name: null, from: '2', to: '4', takes_effect: 'live' },
        { subject: 'setting', name: 'work_mem', from: '4MB', to: '64MB', takes_effect: 'live' },
        { subject: 'extension', name: 'pg_trgm', from: null, to: '1.6', takes_effect: 'live' },
      ]),
    );

    const headers = { 'if-match': `"${plan.digest}"` };
    const { status, body: accepted } = await api.call('POST', `${shopPath}/change`, { body, headers });
    expect(status).toBe(202);
    expect(api.client.started.at(-1)).toMatchObject({
      workflow: 'changeDatabase',
      input: { memory: 4 * 1024 ** 3, cpus: 4, settings: { work_mem: '64MB' }, plan_digest: plan.digest },
    });
    const operation = await api.call('GET', `${shopPath}/operations/${String(accepted['operation_id'])}`);
    expect(operation.body).toMatchObject({ type: 'change', changes: plan.changes });
    expect(operation.body['request']).toEqual({
      method: 'POST',
      route: expect.stringMatching(/postgres\/change$/),
      body: { ...body, memory: 4 * 1024 ** 3 },
    });
  });

  test('that is so already touches nothing', async () => {
    await api.newShop();
    expect(await dryRun('change', { memory: '1GiB', cpus: 2 })).toMatchObject({ steps: [], changes: [] });
  });

  test('refuses a setting that pgrow needs, a value that the server does not take and an extension that it has not, at once', async () => {
    await api.newShop();
    api.changeFacts = { refused: { work_mem: 'invalid value for parameter "work_mem": "64XB"' } };
    const body = { settings: { wal_level: 'logical', work_mem: '64XB' }, extensions: ['dblink'] };
    expect((await start('change', body)).body).toMatchObject({
      status: 422,
      problems: [
        { path: 'settings.wal_level', value: 'logical', allowed: expect.stringContaining('Replicas, pg_rewind') },
        { path: 'settings.work_mem', value: '64XB', allowed: expect.stringContaining('invalid value') },
        { path: 'extensions.0', value: 'dblink', allowed: expect.stringContaining('is not offered') },
      ],
    });
    expect(api.client.started).toEqual([]);
  });

  test('of nothing is refused with what can be changed', async () => {
    await api.newShop();
    const { body } = await start('change', { checkpoint_timeout: 600 });
    expect(body).toMatchObject({
      status: 422,
      problems: [{ path: '', allowed: 'at least one of memory, cpus, storage, settings, extensions, image' }],
    });
  });
});

describe('failover', () => {
  test('says what is lost, and starts when that has been confirmed', async () => {
    api.takeUp(await api.shopAtStage(haTopology));
    const members = (['postgres-2', 'postgres-3', 'postgres-4'] as const).map((name, index) =>
      index === 0
        ? ({ name, role: 'leader', state: 'running', lag: null } as const)
        : ({ name, role: 'replica', state: 'streaming', lag: 0 } as const),
    );
    api.live = { ...liveOf('healthy'), members };
    const { losses } = (await dryRun('failover', { target_node: 'postgres-3' })) as { losses: string[] };
    expect(losses[0]).toMatch(/^postgres-2 takes writes\. \.\/pgrow switchover \S+ moves them without a loss\.$/);

    const refused = await start('failover', { target_node: 'postgres-3' });
    expect(refused.body).toMatchObject({ status: 422, problems: [{ path: 'confirm', value: false }] });
    for (const line of losses) expect(refused.body['detail']).toContain(line);
    expect(refused.started).toBeUndefined();

    expect((await start('failover', { target_node: 'postgres-3', confirm: true })).started).toMatchObject({
      workflow: 'failover',
      input: { target_node: 'postgres-3', confirm: true },
    });
  });

  test('to a node that cannot take over names those that can', async () => {
    api.takeUp(await api.shopAtStage(haTopology));
    expect((await start('failover', { target_node: 'postgres-2', confirm: true })).body).toMatchObject({
      status: 422,
      problems: [{ path: 'target_node', value: 'postgres-2', allowed: 'postgres-3, postgres-4' }],
    });
  });
});

describe('repair', () => {
  test('is started for one node, or for everything that is missing', async () => {
    api.takeUp(await api.shopAtStage(replicaTopology));
    expect((await start('repair', { node: 'haproxy-1' })).started).toMatchObject({
      workflow: 'repair',
      input: { node: 'haproxy-1', confirm: false },
    });
  });

  test('of nothing touches nothing', async () => {
    await api.shopAtStage(replicaTopology);
    expect(await dryRun('repair', {})).toMatchObject({ type: 'repair', steps: [], losses: [] });
  });

  test('of a node that the database does not have is refused with those it has', async () => {
    await api.shopAtStage(replicaTopology);
    expect((await start('repair', { node: 'etcd-1' })).body).toMatchObject({
      status: 422,
      problems: [{ path: 'node', value: 'etcd-1', allowed: 'front, postgres-1, postgres-2, haproxy-1' }],
    });
  });
});

describe('snapshots', () => {
  test('one is taken on request, and its plan says for how long it is kept', async () => {
    api.takeUp(await api.shopAtStage(replicaTopology));
    expect(await dryRun('snapshots', {})).toMatchObject({
      type: 'snapshot',
      steps: [{ name: 'take and verify snapshot of postgres-1' }],
      closes_window: null,
    });
    expect((await start('snapshots', { keep_for: 604_800 })).started).toMatchObject({
      workflow: 'takeSnapshot',
      input: { keep_for: 604_800 },
    });
  });

  test('a retention that is not possible is refused', async () => {
    await api.shopAtStage(replicaTopology);
    expect((await start('snapshots', { keep_for: 60 })).body).toMatchObject({
      status: 422,
      problems: [{ path: 'keep_for', value: 60 }],
    });
  });
});

describe('stop and start', () => {
  const stopped = () => api.shopAtStage((database) => ({ ...replicaTopology(database), stopped: true }));

  test('a stop is an outage, so it has to be confirmed', async () => {
    api.takeUp(await api.shopAtStage(replicaTopology));
    expect(await dryRun('stop', {})).toMatchObject({
      type: 'stop',
      warnings: [expect.stringContaining('is down until')],
    });
    expect((await start('stop', {})).body).toMatchObject({
      status: 422,
      problems: [{ path: 'confirm', value: false }],
    });
    expect((await start('stop', { confirm: true })).started).toMatchObject({
      workflow: 'stopDatabase',
      input: { confirm: true },
    });
  });

  test('a stopped one is started; nothing else is done with it before', async () => {
    api.takeUp(await stopped());
    const { body } = await start('switchover', {});
    expect(body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('is stopped. Start it first: ./pgrow start'),
    });
    expect((await start('start', {})).started).toMatchObject({ workflow: 'startDatabase' });
  });

  test('to start one that runs touches nothing', async () => {
    await api.shopAtStage(replicaTopology);
    expect(await dryRun('start', {})).toMatchObject({ type: 'start', steps: [] });
  });
});

describe('rollback', () => {
  const shopAfterExpansion = async (): Promise<Database> => {
    const shop = await api.shopAtStage(replicaTopology);
    const from = { ...shop, topology: singleTopology(shop) };
    await api.openCheckpoint(shop, samplePlan(from, shop.topology));
    return shop;
  };
  const planOf = (shop: Database, operation_id: string): Plan =>
    planOperation('rollback', parseInput(operationInputs.rollback, { service_id: shop.id }), {
      database: shop,
      operation_id,
      leader: 'postgres-1',
      candidates: [],
      last: samplePlan({ ...shop, topology: singleTopology(shop) }, shop.topology),
      restored: null,
    });

  test('tells the checkpoint, and answers once the operation is on record', async () => {
    const shop = await shopAfterExpansion();
    let asked: unknown;
    api.client.onRollback = async (_, request) => {
      asked = request;
      const id = request.operation_id ?? '';
      await api.recordOperation(shop, id, planOf(shop, id));
    };
    const { status, body } = await start('rollback', { cutover: 'on_signal' });

    expect(status).toBe(202);
    expect(api.client.signals).toEqual([`${shop.id}/checkpoint rollback`]);
    expect(asked).toMatchObject({ operation_id: body['operation_id'], options: { cutover: 'on_signal' } });
    const operation = await api.call('GET', `${shopPath}/operations/${String(body['operation_id'])}`);
    expect(operation.body).toMatchObject({ type: 'rollback', status: 'running' });
    expect(await api.store.listAudit({ project: 'default', limit: 5 })).toMatchObject([{ action: 'rollback' }]);
  });

  test('a dry run shows the way back and tells no one', async () => {
    await shopAfterExpansion();
    expect(await dryRun('rollback')).toMatchObject({ type: 'rollback', from_stage: 2, to_stage: 0 });
    expect(api.client.signals).toEqual([]);
  });

  test('says what it was refused with by its workflow', async () => {
    const shop = await shopAfterExpansion();
    api.client.onRollback = async (service_id, { operation_id = '' }) => {
      await api.client.start('rollback', { service_id, operation_id }, { database: 'shop', stage: 0 });
      api.client.end(shop.id, new PgrowError('no_disk_space', 'Only 1 MB is free.'));
    };
    expect((await start('rollback')).body).toMatchObject({ status: 409, code: 'no_disk_space' });
  });

  test('without an open checkpoint is refused', async () => {
    await api.newShop();
    expect((await start('rollback')).body).toMatchObject({ status: 409, code: 'refused' });
    expect(api.client.signals).toEqual([]);
  });

  test('is refused while an operation runs, which the error names', async () => {
    const shop = await shopAfterExpansion();
    api.takeUp(shop);
    const { body } = await start('scale-down', { target: 'single', confirm: true });
    expect((await start('rollback')).body).toMatchObject({
      status: 409,
      code: 'operation_running',
      detail: expect.stringContaining(String(body['operation_id'])),
    });
    expect(api.client.signals).toEqual([]);
  });
});

describe('confirm', () => {
  const shopThatLosesPooling = async () => {
    const shop = await api.shopAtStage(pooledTopology);
    const input = parseInput(operationInputs.scaleDown, { service_id: shop.id, target: 'single', confirm: true });
    api.client.onStart = ({ input: { operation_id } }) =>
      api.recordOperation(
        shop,
        operation_id,
        planOperation('scaleDown', input, {
          database: shop,
          operation_id,
          leader: 'postgres-1',
          candidates: [],
          last: null,
          restored: null,
        }),
      );
    const { body } = await start('scale-down', { target: 'single', confirm: true });
    return { shop, operation: String(body['operation_id']) };
  };

  test('cuts the grace period that runs short', async () => {
    const { shop, operation } = await shopThatLosesPooling();
    await api.store.stepStarted({ operation, step: 0 });
    const { status, body } = await start('confirm');
    expect({ status, body }).toMatchObject({ status: 202, body: { operation_id: operation, checkpoint: null } });
    expect(api.client.signals).toEqual([`${shop.id} confirm`]);
  });

  test('of an operation that waits for nothing is refused by it', async () => {
    await shopThatLosesPooling();
    api.client.tooLate = 'scale down of shop is not in a grace period, so there is nothing to confirm.';
    expect((await start('confirm')).body).toMatchObject({ status: 409, code: 'refused', detail: api.client.tooLate });
    expect(api.client.signals).toEqual([]);
  });
});

describe('the doctor', () => {
  const finding = {
    kind: 'volume',
    name: 'v-1',
    database: null,
    explanation: 'It is nobody’s.',
    removable: true,
    command: 'docker volume rm v-1',
  } as const;

  test('lists leftovers, and removes them on request', async () => {
    api.findings = [finding];
    expect((await api.call('GET', '/v1/doctor')).body).toEqual({ findings: [finding] });
    expect((await api.call('POST', '/v1/doctor/removal')).body).toEqual({
      removed: [finding],
      failed: [],
      findings: [],
    });
    expect(await api.store.listAudit({ limit: 5 })).toMatchObject([
      { action: 'doctor_removed', details: { removed: ['volume v-1'], failed: [] } },
      { action: 'doctor_removal', details: { found: ['volume v-1'] } },
    ]);
  });

  test.each([
    ['*', 'operator', 200, 403],
    ['default', 'admin', 403, 403],
    ['*', 'viewer', 403, 403],
  ] as const)('a token of project %s as %s may look (%d) and remove (%d)', async (project, role, look, remove) => {
    const token = await api.newToken(project, role);
    expect((await api.call('GET', '/v1/doctor', { token })).status).toBe(look);
    expect((await api.call('POST', '/v1/doctor/removal', { token })).status).toBe(remove);
  });
});
