import { X509Certificate } from 'node:crypto';
import { ensureAuthority } from '../../src/nodes/secrets.ts';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PgrowError } from '../../src/domain/errors.ts';
import { services, shopPath, useApi } from '../support/api-under-test.ts';
import { planned, pooling } from '../support/grown-databases.ts';
import { pinnedOperation } from '../support/pinned-operation.ts';
import { haTopology, replicaTopology } from '../support/sample-database.ts';

const api = useApi();

describe('state', () => {
  test('topology and health have the documented shape', async () => {
    await api.shopAtStage(haTopology);
    api.live = {
      health: 'healthy',
      nodes: [],
      members: [
        { name: 'postgres-2', role: 'leader', state: 'running', lag: 0 },
        { name: 'postgres-3', role: 'replica', state: 'streaming', lag: 24_576 },
        { name: 'postgres-4', role: 'replica', state: 'streaming', lag: 24_576 },
      ],
      writes: [],
      notices: [],
      patroni_version: '4.0.7',
      etcd_version: '3.5.16',
    };
    expect((await api.call('GET', `${shopPath}/topology`)).body).toMatchObject({
      stage: 3,
      pooling: { enabled: true, type: 'pgbouncer', endpoint: 'pgbouncer:5432' },
      routing: {
        enabled: true,
        type: 'haproxy',
        replicas: 3,
        rw_endpoint: 'haproxy:5432',
        ro_endpoint: 'haproxy:5433',
        stats_endpoint: 'haproxy:8404',
      },
      replicas: { count: 2, lag_bytes: [0, 24_576, 24_576] },
      ha: {
        enabled: true,
        etcd_nodes: 3,
        patroni_nodes: 3,
        current_leader: 'postgres-2',
        patroni_version: '4.0.7',
        etcd_version: '3.5.16',
      },
    });
    expect((await api.call('GET', `${shopPath}/health`)).body).toMatchObject({
      cluster_name: 'shop',
      members: api.live.members,
    });
  });

  test('topology says how large each server is, how full it is, and what was chosen for it', async () => {
    const gibibyte = 1024 ** 3;
    const shop = await api.newShop();
    const [node] = shop.topology.nodes.filter(({ kind }) => kind === 'postgres');
    const size = { memory_bytes: 4 * gibibyte, cpus: 2, storage_bytes: 50 * gibibyte };
    const shaped = { ...node!, size, chosen_settings: { work_mem: '64MB' } };
    const nodes = shop.topology.nodes.map((each) => (each === node ? shaped : each));
    await api.store.saveTopology(shop.id, { ...shop.topology, nodes });
    const facts = { volume_bytes: 48 * gibibyte, by_alter_system: { jit: 'off' } };
    const { name, container } = shaped;
    const seen = { name, container, kind: 'postgres', role: 'primary', state: 'running' } as const;
    if (api.live instanceof Error) throw api.live;
    api.live = { ...api.live, nodes: [{ ...seen, detail: null, lag_bytes: null, position: null, facts }] };
    expect((await api.call('GET', `${shopPath}/topology`)).body).toMatchObject({
      size,
      storage: { limit_bytes: 50 * gibibyte, used_bytes: 48 * gibibyte },
      settings: { chosen: { work_mem: '64MB' }, by_alter_system: { jit: 'off' } },
    });
    expect((await api.call('GET', `${shopPath}/status`)).body['notices']).toEqual([
      expect.stringContaining('The data of shop take 48 of 50 GiB'),
    ]);
  });

  test('settings say what they are, what they can be and whether pgrow changes them', async () => {
    await api.newShop();
    const all = await api.call('GET', `${shopPath}/settings`);
    expect(all.body).toMatchObject({
      node: 'postgres-1',
      settings: [
        { name: 'work_mem', value: '77MB', default: '4MB', by_alter_system: '77MB', takes_effect: 'live' },
        { name: 'shared_buffers', value: '256MB', default: '256MB', chosen: null, takes_effect: 'hand_over' },
        { name: 'wal_level', takes_effect: null, refused: expect.stringContaining('Replicas') },
      ],
    });
    const names = async (query: string) => {
      const { body } = await api.call('GET', `${shopPath}/settings?${query}`);
      return (body['settings'] as { name: string }[]).map(({ name }) => name);
    };
    expect(await names('q=memory')).toEqual(['work_mem', 'shared_buffers']);
    expect(await names('chosen=true')).toEqual(['work_mem']);
  });

  test('extensions say which are there, which can be added and why others cannot', async () => {
    await api.newShop();
    expect((await api.call('GET', `${shopPath}/extensions`)).body).toMatchObject({
      extensions: [
        { name: 'plpgsql', installed: '1.0' },
        { name: 'pg_stat_statements', offered: true, library: 'pg_stat_statements' },
        { name: 'dblink', offered: false, refused: expect.stringContaining('reaches other hosts') },
      ],
    });
  });

  test('status has the topology, the nodes, the running operation and the open checkpoint', async () => {
    const shop = await api.newShop();
    const checkpoint = await api.openCheckpoint(shop);
    const operation = randomUUID();
    await api.recordOperation(shop, operation);
    api.live = {
      health: 'degraded',
      nodes: [
        {
          name: 'postgres-1',
          kind: 'postgres',
          role: 'primary',
          state: 'running',
          detail: null,
          container: 'c',
          lag_bytes: null,
          position: { lsn: '0/5000060', timeline: 1 },
        },
      ],
      members: [],
      writes: [],
      notices: ['haproxy-1 is unhealthy: its health check fails or is too slow.'],
      patroni_version: null,
      etcd_version: null,
    };
    expect((await api.call('GET', `${shopPath}/status`)).body).toMatchObject({
      name: 'shop',
      stage: 0,
      health: 'degraded',
      pooling: { enabled: false, endpoint: null },
      ha: { enabled: false, current_leader: null },
      operation: { id: operation, status: 'running' },
      checkpoint: { id: checkpoint.id, rollback_available_until: '2031-01-01T10:30:00.000Z' },
      unfinished_operation: null,
      notices: api.live.notices,
      nodes: api.live.nodes,
    });
  });

  // A rollback that pgrow had begun by itself could not continue, and status said nothing of it.
  test('status has the last operation where it needs an operator', async () => {
    const shop = await api.newShop();
    const operation = randomUUID();
    await api.recordOperation(shop, operation);
    const error = {
      code: 'not_ready',
      message: 'postgres-2 does not answer.',
      step: 'let postgres-1 take over',
      left_over: [{ what: 'it did not finish', command: './pgrow rollback shop' }],
    };
    await api.store.endOperation({ id: operation, status: 'needs_operator', stall_ms: null, error });
    const { body } = await api.call('GET', `${shopPath}/status`);

    expect(body).toMatchObject({ operation: null, unfinished_operation: { id: operation, error } });
  });

  // Each list logged in to every server of every database.
  test('the list shows what is on record with its age, without a look, until an operation has ended', async () => {
    const shop = await api.newShop();
    if (api.live instanceof Error) throw api.live;
    const recorded = { ...api.live, health: 'degraded' as const };
    await api.store.recordObserved({ service_id: shop.id, seen_at: await api.store.readClock(), live: recorded });
    api.live = new PgrowError('docker_unavailable', 'Docker does not answer.');
    expect((await api.call('GET', '/v1/status')).body).toMatchObject({
      databases: [{ name: 'shop', health: 'degraded', seen_at: expect.any(String), age_ms: expect.any(Number) }],
    });
    expect((await api.call('GET', `${shopPath}/status`)).body).toMatchObject({ health: 'degraded' });
    expect((await api.call('GET', `${shopPath}/status?fresh=true`)).status).toBe(503);

    await api.openCheckpoint(shop);
    expect((await api.call('GET', '/v1/status')).body).toMatchObject({
      databases: [{ name: 'shop', health: 'unknown' }],
    });
  });

  test('a list says why nothing is known of a database that no one has looked at', async () => {
    await api.newShop();
    api.live = new PgrowError('worker_unavailable', 'No process of this control plane can look at the nodes.');
    expect((await api.call('GET', '/v1/status')).body).toMatchObject({
      databases: [{ health: 'unknown', seen_at: null, notice: expect.stringContaining('not looked at it yet') }],
    });
    expect((await api.call('GET', `${shopPath}/status`)).body).toMatchObject({
      health: 'unknown',
      nodes: [
        { name: 'front', state: 'unknown' },
        { name: 'postgres-1', state: 'unknown', role: null },
      ],
    });
  });

  test('the control plane lists all databases, also when their nodes cannot be asked', async () => {
    await api.newShop();
    api.live = new PgrowError('docker_unavailable', 'Docker does not answer.');

    expect((await api.call('GET', '/v1/status')).body).toMatchObject({
      api: 'http://127.0.0.1:8080',
      temporal_web: 'http://127.0.0.1:8233',
      temporal_address: '127.0.0.1:7233',
      databases: [{ name: 'shop', stage: 0, health: 'unknown', operation: null }],
    });
    expect((await api.call('GET', `${shopPath}/status`)).body).toMatchObject({
      status: 503,
      code: 'docker_unavailable',
    });
  });

  test('connection strings carry the password for operators alone', async () => {
    const shop = await api.shopAtStage(haTopology);
    const { application } = await api.store.ensureSecrets(shop.id, ['application']);
    const path = `${shopPath}/connection-strings`;
    const viewer = await api.call('GET', path, { token: await api.newToken('default', 'viewer') });

    expect((await api.call('GET', path)).body).toMatchObject({
      best: 'pooled',
      host: { pooled: `postgresql://shop:${application}@127.0.0.1:${shop.ports.pooled}/shop` },
      network: { read_only: `postgresql://shop:${application}@haproxy:5433/shop` },
    });
    expect(viewer.body).toMatchObject({ host: { pooled: `postgresql://shop@127.0.0.1:${shop.ports.pooled}/shop` } });
    expect(JSON.stringify(viewer.body)).not.toContain(application);
  });

  test('clients get the certificate of the authority of a database with TLS, and never its key', async () => {
    const shop = await api.newShop();
    const path = `${shopPath}/ca`;
    expect(await api.call('GET', path)).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('shop has no certificate authority: it speaks plain text.') },
    });
    await api.store.saveTopology(shop.id, { ...shop.topology, tls: 'require' });
    await ensureAuthority(api.store, shop);
    const { ca_certificate, ca_key } = await api.store.readSecrets(shop.id);
    const viewer = await api.call('GET', path, { token: await api.newToken('default', 'viewer') });
    expect(viewer.body).toEqual({
      certificate: ca_certificate,
      expires_at: new X509Certificate(ca_certificate!).validToDate.toISOString(),
    });
    expect(JSON.stringify(viewer.body)).not.toContain(ca_key!.slice(40, 80));
    expect((await api.call('GET', `${shopPath}/connection-strings`)).body).toMatchObject({ tls: 'require' });
    expect((await api.call('GET', `${shopPath}/topology`)).body).toMatchObject({ tls: 'require' });
  });

  test('a page asks for strings without the password, and revealing it is recorded', async () => {
    const shop = await api.newShop();
    const { application } = await api.store.ensureSecrets(shop.id, ['application']);
    const read = async (query: string, token = api.admin) =>
      api.call('GET', `${shopPath}/connection-strings${query}`, { token });
    const audited = async () =>
      (await api.store.listAudit({ project: 'default', limit: 9 })).map(({ action }) => action);

    const hidden = await read('?reveal=false');
    expect(hidden.body).toMatchObject({ revealed: false });
    expect(JSON.stringify(hidden.body)).not.toContain(application);
    expect(await audited()).not.toContain('connection_strings_revealed');
    expect((await read('?reveal=true')).body).toMatchObject({
      revealed: true,
      host: { postgres: expect.stringContaining(`:${application}@`) },
    });
    expect(await audited()).toContain('connection_strings_revealed');
    const viewer = await read('?reveal=true', await api.newToken('default', 'viewer'));
    expect(viewer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  // The application changed its password: `url` continued with the old one, and no verb took the new one.
  test('a password that the application was given is recorded when the servers take it, and never shown', async () => {
    const shop = await api.newShop();
    const strings = async () => (await api.call('GET', `${shopPath}/connection-strings`)).body;
    expect(await strings()).toMatchObject({ password: 'accepted' });
    api.passwords = ['new one'];
    expect(await strings()).toMatchObject({ password: 'refused' });

    const record = (password?: unknown) => api.call('POST', `${shopPath}/password`, { body: { password } });
    const before = await api.store.readSecrets(shop.id);
    const answers = [await record('wrong one'), await record('two\nlines'), await record(7), await record()];
    expect(answers.map(({ status }) => status)).toEqual([409, 422, 422, 422]);
    expect(JSON.stringify(answers)).not.toMatch(/wrong one|two/);
    expect(await api.store.readSecrets(shop.id)).toEqual(before);

    expect(await record('new one')).toMatchObject({ status: 200, body: { role: 'shop' } });
    expect(await api.store.readSecrets(shop.id)).toMatchObject({ application: 'new one' });
    expect(await strings()).toMatchObject({ host: { postgres: expect.stringContaining('shop:new%20one@') } });
    expect(JSON.stringify(await api.store.listAudit({ project: 'default', limit: 10 }))).not.toContain('new one');
  });

  test('connection strings name what a running operation has already published', async () => {
    const shop = await api.newShop();
    const plan = planned(shop, { target: 'ha', pooling });
    const operation = randomUUID();
    await api.recordOperation(shop, operation, plan);
    const best = async () => (await api.call('GET', `${shopPath}/connection-strings`)).body['best'];
    const step = plan.steps.findIndex(({ name }) => name === 'publish the pooled endpoint');
    await api.store.stepStarted({ operation, step });
    expect(await best()).toBe('postgres');
    await api.store.stepEnded({ operation, step, status: 'done' });
    expect(await best()).toBe('pooled');
    await api.store.stepEnded({ operation, step, status: 'undone' });
    expect(await best()).toBe('postgres');
  });

  test('cost, events and checkpoints', async () => {
    const shop = await api.shopAtStage(replicaTopology);
    await api.store.recordEvent({
      service_id: shop.id,
      event_type: 'stage_upgrade',
      from_stage: 0,
      to_stage: 2,
      metadata: { stall_ms: 0 },
    });
    await api.openCheckpoint(shop);

    expect((await api.call('GET', `${shopPath}/cost`)).body).toMatchObject({ monthly_usd: 35 });
    expect((await api.call('GET', `${shopPath}/events?limit=1`)).body).toMatchObject({
      events: [{ event_type: 'stage_upgrade' }],
    });
    expect((await api.call('GET', `${shopPath}/events?limit=0`)).body).toMatchObject({
      status: 422,
      problems: [{ path: 'limit' }],
    });
    expect((await api.call('GET', `${shopPath}/checkpoints`)).body).toMatchObject({
      checkpoints: [{ status: 'open', stage: 2 }],
    });
    expect((await api.call('GET', services)).body).toMatchObject({
      services: [{ name: 'shop', stage: 2, monthly_usd: 35 }],
    });
  });

  test('an unexpected failure tells nothing of the inside', async () => {
    await api.newShop();
    api.live = new TypeError('cannot read properties of undefined (reading secret)');
    const { body } = await api.call('GET', `${shopPath}/health`);

    expect(body).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(body)).not.toMatch(/secret|api\.test/);
  });
});

test('the OpenAPI document names every route and its body', async () => {
  const { body } = await api.call('GET', '/openapi.json', { token: null });
  const paths = body['paths'] as Record<string, Record<string, { requestBody?: unknown }>>;

  expect(Object.keys(paths)).toContain(
    '/v1/projects/{projectId}/services/{serviceId}/postgres/operations/{operationId}/progress',
  );
  expect(
    JSON.stringify(paths['/v1/projects/{projectId}/services/{serviceId}/postgres/ha']?.['post']?.requestBody),
  ).toContain('"maximum_lag_on_failover"');
});

test('the health of the API needs no token', async () => {
  expect((await api.call('GET', '/healthz', { token: null })).body).toEqual({ status: 'ok' });
});

describe('workers', () => {
  test('are shown with their versions and with what waits, to those who may see all projects', async () => {
    api.workers = {
      current: 'bb',
      versions: [{ build: 'bb', since: '2026-11-29T08:00:00.000Z' }],
      pollers: [{ identity: 'pgrow-worker 0badcafe 7@alpha 00c0ffee', build: 'bb', seen_ago: 3 }],
      pinned: [pinnedOperation('aa')],
    };
    expect((await api.call('GET', '/v1/workers')).body).toMatchObject({
      current: 'bb',
      versions: [
        { version: 'bb', status: 'current', workers: ['pgrow-worker 0badcafe 7@alpha 00c0ffee'], operations: [] },
        { version: 'aa', status: 'finishing', workers: [], operations: [{ workflow: 'expand', database: 'shop' }] },
      ],
      workers: [{ host: 'alpha', pid: 7, version: 'bb', seen_ago: 3, polls: true }],
      notices: [expect.stringContaining('No worker of version aa polls')],
    });
    const token = await api.newToken('default', 'admin');
    expect((await api.call('GET', '/v1/workers', { token })).status).toBe(403);
  });
});
