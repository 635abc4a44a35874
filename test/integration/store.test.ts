import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/domain/database.ts';
import type { LiveState } from '../../src/domain/live-state.ts';
import { usualRetention } from '../../src/domain/retention.ts';
import { connectMetadata } from '../../src/store/connection.ts';
import { readMigrations } from '../../src/store/migrate.ts';
import { createStore, type Store } from '../../src/store/store.ts';
import { liveOf } from '../support/live-state.ts';
import { query, startMetadataServer, type MetadataServer } from '../support/metadata.ts';
import { retryUntil } from '../support/retry-until.ts';
import { haTopology, replicaTopology, sampleDatabase, samplePlan } from '../support/sample-database.ts';

let server: MetadataServer;
let url: string;
let store: Store;
const ownKey = randomBytes(32);
const sealingKeys = () => [ownKey] as const;
const fail = ({ error }: { readonly error: unknown }): never => {
  throw error;
};

beforeAll(async () => {
  server = await startMetadataServer();
});
afterAll(() => server.stop());

beforeEach(async () => {
  url = await server.newDatabase();
  store = await createStore({ connection: { url }, sealingKeys });
  return () => store.close();
});

describe('databases', () => {
  test('are found by id and by name, in their project and nowhere else', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop', { project: 'sales' }));

    expect(await store.readDatabase('shop')).toEqual(shop);
    expect(await store.readDatabase(shop.id, 'sales')).toEqual(shop);
    expect(await store.readDatabase('shop', 'default')).toBeNull();
    expect(await store.listDatabases({ project: 'sales' })).toEqual([shop]);
    expect(await store.listDatabases({ project: 'default' })).toEqual([]);
  });

  test('registering twice keeps the ports of the first time', async () => {
    const shop = sampleDatabase('shop');
    await store.registerDatabase(shop);

    expect(await store.registerDatabase({ ...shop, ports: { ...shop.ports, postgres: 1 } })).toEqual(shop);
  });

  test('a name is taken in every project, and free again after the destroy', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop'));
    const another = sampleDatabase('shop', { project: 'sales' });

    await expect(store.registerDatabase(another)).rejects.toMatchObject({ code: 'name_taken' });
    await store.removeDatabase(shop.id);
    await store.removeDatabase(shop.id);
    expect(await store.readDatabase('shop')).toBeNull();
    expect((await store.registerDatabase(another)).id).toBe(another.id);
  });

  test('no two hold the same port, and a destroyed one holds none', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop'));
    const rival = sampleDatabase('rival', { ports: { ...sampleDatabase('x').ports, stats: shop.ports.postgres } });

    await expect(store.registerDatabase(rival)).rejects.toMatchObject({ code: 'port_taken' });
    expect(await store.readDatabase('rival')).toBeNull();
    await store.removeDatabase(shop.id);
    expect((await store.registerDatabase(rival)).name).toBe('rival');
  });

  const network = (subnet: string) => ({ network: { subnet, addresses_given: 0 } });

  test('no two hold the same subnet, also at the same moment, and a destroyed one holds none', async () => {
    const rivals = ['shop', 'rival', 'third'].map((name) => sampleDatabase(name, network('10.48.4.0/22')));
    const results = await Promise.allSettled(rivals.map((rival) => store.registerDatabase(rival)));
    const [winner] = await store.listDatabases({});
    expect(winner).toMatchObject(network('10.48.4.0/22'));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as object] : []));
    expect(refused).toEqual([
      expect.objectContaining({ code: 'subnet_taken', message: expect.stringContaining('10.48.4.0/22') }),
      expect.objectContaining({ code: 'subnet_taken' }),
    ]);

    await store.removeDatabase(winner!.id);
    const later = await store.registerDatabase(rivals.find(({ id }) => id !== winner!.id)!);
    expect(later).toMatchObject(network('10.48.4.0/22'));
    await store.forgetDatabase(later.id);
    expect(await store.registerDatabase(sampleDatabase('again', network('10.48.4.0/22')))).toBeTruthy();
  });

  test('a subnet that the engine cannot give is exchanged once, and for none that another holds', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop', network('10.48.4.0/22')));
    await store.registerDatabase(sampleDatabase('other', network('10.48.8.0/22')));

    await expect(store.moveSubnet(shop.id, '10.48.4.0/22', '10.48.8.0/22')).rejects.toMatchObject({
      code: 'subnet_taken',
    });
    await store.moveSubnet(shop.id, '10.48.4.0/22', '10.48.12.0/22');
    await store.moveSubnet(shop.id, '10.48.4.0/22', '10.48.16.0/22');
    expect(await store.readDatabase(shop.id)).toMatchObject(network('10.48.12.0/22'));
  });

  test('either subnet of a database is its own, and each is exchanged by itself', async () => {
    const two = (subnet: string, clients_subnet: string) => ({
      network: { subnet, clients_subnet, addresses_given: 0 },
    });
    const shop = await store.registerDatabase(sampleDatabase('shop', two('10.48.4.0/22', '10.48.8.0/22')));
    expect(shop).toMatchObject(two('10.48.4.0/22', '10.48.8.0/22'));
    await expect(
      store.registerDatabase(sampleDatabase('rival', two('10.48.12.0/22', '10.48.8.0/22'))),
    ).rejects.toMatchObject({ code: 'subnet_taken', message: expect.stringContaining('10.48.8.0/22') });

    await store.moveSubnet(shop.id, '10.48.8.0/22', '10.48.16.0/22');
    expect(await store.readDatabase(shop.id)).toMatchObject(two('10.48.4.0/22', '10.48.16.0/22'));
    const other = await store.registerDatabase(sampleDatabase('other', two('10.48.20.0/22', '10.48.8.0/22')));
    await expect(store.moveSubnet(other.id, '10.48.8.0/22', '10.48.16.0/22')).rejects.toMatchObject({
      code: 'subnet_taken',
    });
  });

  test('addresses that an operation gives count from its beginning on, and never less', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop', network('10.48.4.0/22')));
    const begin = (addresses_given: number) =>
      store.beginOperation({
        id: randomUUID(),
        service_id: shop.id,
        workflow_id: 'w',
        run_id: null,
        type: 'expand',
        plan: samplePlan(shop, replicaTopology(shop), { addresses_given }),
        actor: 'test',
      });
    await begin(12);
    await begin(5);
    await store.saveTopology(shop.id, shop.topology);
    expect((await store.readDatabase(shop.id))?.network?.addresses_given).toBe(12);
  });

  test('one from before there were subnets continues without', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop'));
    expect(await store.readDatabase(shop.id)).toEqual(shop);
    expect(shop).not.toHaveProperty('network');
  });

  test('the columns of the cluster follow the topology', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop'));
    await store.saveTopology(shop.id, haTopology(shop));

    const [state] = await query(
      url,
      `SELECT stage, pooling_enabled, pool_mode, ha_enabled, replica_count, haproxy_replicas, patroni_cluster_name,
              cardinality(etcd_service_ids) AS etcd, cardinality(patroni_service_ids) AS patroni, leader.name AS leader
         FROM postgres_cluster_state JOIN services leader ON leader.id = current_leader_id`,
    );
    expect(state).toEqual({
      stage: 3,
      pooling_enabled: true,
      pool_mode: 'transaction',
      ha_enabled: true,
      replica_count: 2,
      haproxy_replicas: 3,
      patroni_cluster_name: 'shop-a1',
      etcd: 3,
      patroni: 3,
      leader: 'postgres-2',
    });
    expect((await store.readDatabase('shop'))?.topology).toEqual(haTopology(shop));
  });

  // The monitor read the topology, a window closed, the monitor wrote it back with another primary: the window's nodes were
  // on record again though they were gone, and the doctor took them for accounted for.
  test('another primary and the end of a window do not undo each other', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop'));
    const topology = haTopology(shop);
    await store.saveTopology(shop.id, topology);
    await Promise.all([store.dropKept(shop.id), store.setPrimary(shop.id, 'postgres-2', 'postgres-3')]);

    expect((await store.readDatabase('shop'))?.topology).toEqual({ ...topology, kept: [], primary: 'postgres-3' });
    const [state] = await query(
      url,
      `SELECT leader.name AS leader, (SELECT array_agg(name ORDER BY name) FROM services
          WHERE parent_id = service_id AND deleted_at IS NULL AND kind = 'postgres') AS nodes
         FROM postgres_cluster_state JOIN services leader ON leader.id = current_leader_id`,
    );
    expect(state).toEqual({ leader: 'postgres-3', nodes: ['postgres-2', 'postgres-3', 'postgres-4'] });
  });

  test('another primary is recorded only of the one that was, and only one that is there', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop'));
    await store.saveTopology(shop.id, haTopology(shop));

    expect(await store.setPrimary(shop.id, 'postgres-3', 'postgres-4')).toBe(false);
    expect(await store.setPrimary(shop.id, 'postgres-2', 'postgres-9')).toBe(false);
    expect((await store.readDatabase('shop'))?.topology).toEqual(haTopology(shop));
  });

  test('a node is replaced where it is, kept ones too, and what new servers are made like follows the primary', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop'));
    const { nodes, kept, ...topology } = haTopology(shop);
    await store.saveTopology(shop.id, { ...topology, nodes, kept });
    const shape = { size: { memory_bytes: 2 ** 31, cpus: 3 }, chosen_settings: { work_mem: '64MB' } };
    const changed = ({ name }: { readonly name: string }) => ['postgres-1', 'postgres-2'].includes(name);
    const withShape = (list: typeof nodes) => list.map((node) => (changed(node) ? { ...node, ...shape } : node));
    await Promise.all([
      ...withShape([...nodes, ...kept])
        .filter(changed)
        .map((node) => store.saveNode(shop.id, node)),
      store.setPrimary(shop.id, 'postgres-2', 'postgres-3'),
    ]);
    const expected = { ...topology, nodes: withShape(nodes), kept: withShape(kept), primary: 'postgres-3' };
    expect((await store.readDatabase('shop'))?.topology).toEqual(expected);
    expect(await store.readDatabase('shop')).not.toHaveProperty('chosen_settings');

    await store.setPrimary(shop.id, 'postgres-3', 'postgres-2');
    expect(await store.readDatabase('shop')).toMatchObject(shape);
    await store.dropKept(shop.id);
    await store.saveNode(shop.id, { ...nodes[0]!, name: 'postgres-9' });
    expect((await store.readDatabase('shop'))?.topology).toEqual({ ...expected, primary: 'postgres-2', kept: [] });
  });

  test('settings are those recorded last, and none where nothing is known of them', async () => {
    const old = await store.registerDatabase(sampleDatabase('old'));
    expect(old).not.toHaveProperty('settings');
    const settings = { TimeZone: 'GMT', default_text_search_config: 'pg_catalog.simple' };
    const shop = await store.registerDatabase({ ...sampleDatabase('shop'), settings });
    expect(shop.settings).toEqual(settings);
    await store.saveSettings(shop.id, { TimeZone: 'Asia/Tokyo' });
    await store.saveTopology(shop.id, replicaTopology(shop));
    expect((await store.readDatabase('shop'))?.settings).toEqual({ TimeZone: 'Asia/Tokyo' });
  });

  test('a node that goes and comes back keeps its service id', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop'));
    const replica = () => query(url, `SELECT id, deleted_at FROM services WHERE name = 'postgres-2'`);
    await store.saveTopology(shop.id, replicaTopology(shop));
    const [first] = await replica();
    await store.saveTopology(shop.id, shop.topology);
    expect((await replica())[0]).toMatchObject({ id: first?.['id'], deleted_at: expect.any(Date) });
    await store.saveTopology(shop.id, replicaTopology(shop));
    expect(await replica()).toEqual([first]);
  });
});

describe('secrets', () => {
  test('are made once, differ, and fit into a URL', async () => {
    const id = randomUUID();
    const made = await store.ensureSecrets(id, ['superuser', 'application']);

    expect(made.superuser).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(made.superuser).not.toBe(made.application);
    expect(await store.ensureSecrets(id, ['application', 'superuser', 'rewind'])).toMatchObject(made);
    expect(Object.keys(await store.readSecrets(id)).toSorted()).toEqual(['application', 'rewind', 'superuser']);
    await store.removeSecrets(id);
    expect(await store.readSecrets(id)).toEqual({});
  });

  test('that belong together are kept together, those that came first', async () => {
    const id = randomUUID();
    await Promise.all(['one', 'other'].map((from) => store.keepSecrets(id, { certificate: from, key: from })));
    const { certificate, key } = await store.readSecrets(id);
    expect(key).toBe(certificate);
    await store.keepSecrets(id, { certificate: 'late', key: 'late' });
    expect(await store.readSecrets(id)).toEqual({ certificate, key });
  });

  test('are changed together or not at all, by one at a time', async () => {
    const id = randomUUID();
    await store.keepSecrets(id, { application: '0', application_next: 'next' });
    const count = () =>
      store.changeSecrets(id, ({ application }) => ({ application: String(Number(application) + 1), late: 'made' }));
    await Promise.all(Array.from({ length: 5 }, count));
    expect(await store.readSecrets(id)).toEqual({ application: '5', application_next: 'next', late: 'made' });
    const broken = () => {
      throw new Error('broken');
    };
    await expect(store.changeSecrets(id, broken)).rejects.toThrow('broken');
    await store.changeSecrets(id, () => ({ application_next: null, late: null, never: null }));
    expect(await store.readSecrets(id)).toEqual({ application: '5' });
  });

  test('are nowhere in the database in clear', async () => {
    const { application } = await store.ensureSecrets(randomUUID(), ['application']);
    const [row] = await query(url, 'SELECT ciphertext FROM secrets');

    expect(row?.['ciphertext']).toBeInstanceOf(Buffer);
    expect(String(row?.['ciphertext'])).not.toContain(application);
  });

  test('open neither with another key nor in another place', async () => {
    const [id, elsewhere] = [randomUUID(), randomUUID()];
    const { application } = await store.ensureSecrets(id, ['application']);
    const stranger = await createStore({ connection: { url }, sealingKeys: () => [randomBytes(32)] });
    try {
      await expect(stranger.readSecrets(id)).rejects.toMatchObject({ code: 'needs_operator' });
    } finally {
      await stranger.close();
    }
    await query(url, `UPDATE secrets SET service_id = '${elsewhere}'`);
    const error: unknown = await store.readSecrets(elsewhere).catch((caught: unknown) => caught);
    expect(String(error)).toContain('cannot be decrypted');
    expect(String(error)).not.toContain(application);
  });
});

describe('operations', () => {
  const begin = async (shop: Database, change: { id?: string; actor?: string } = {}) => {
    const operation = {
      id: change.id ?? randomUUID(),
      service_id: shop.id,
      workflow_id: `pgrow/${shop.id}`,
      run_id: 'run-1',
      type: 'expand' as const,
      plan: samplePlan(shop, replicaTopology(shop), { expected_stall_ms: 200, warnings: ['mind the gap'] }),
      actor: 'tests',
    };
    await store.beginOperation(operation);
    await store.beginOperation(operation);
    return operation.id;
  };
  let shop: Database;
  beforeEach(async () => {
    shop = await store.registerDatabase(sampleDatabase('shop'));
  });

  test('have a plan that is read back as it was, and one of a later version is refused', async () => {
    const id = await begin(shop);
    expect(await store.readPlan(id)).toEqual(
      samplePlan(shop, replicaTopology(shop), { expected_stall_ms: 200, warnings: ['mind the gap'] }),
    );
    await query(url, `UPDATE operations SET plan = plan || '{"schema": 2}' WHERE id = '${id}'`);
    await expect(store.readPlan(id)).rejects.toMatchObject({
      code: 'needs_operator',
      message: expect.stringContaining(id),
    });
  });

  test('show each step as it goes', async () => {
    const operation = await begin(shop);
    expect((await store.readRunningOperation(shop.id))?.steps.map((step) => step.status)).toEqual([
      'pending',
      'pending',
    ]);

    expect((await store.readOperation(operation))?.steps.map((step) => step.started_at)).toEqual([null, null]);
    await store.stepStarted({ operation, step: 0 });
    const started_at = (await store.readOperation(operation))?.steps[0]?.started_at;
    expect(started_at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    const progress = { done: 312, total: 755, unit: 'bytes' } as const;
    const waiting_for = { kind: 'condition', since: started_at!, until: null, says: 'postgres-2 to stream' } as const;
    const seen = { progress, waiting_for, remedy: 'starting postgres-2 again' };
    await store.stepDetail({ operation, step: 0, detail: '312 of 755 MB copied', seen });
    expect((await store.readOperation(operation))?.steps[0]).toMatchObject({ attempt: 1, ended_at: null, ...seen });
    await store.stepStarted({ operation, step: 0 });
    expect((await store.readOperation(operation))?.steps[0]).toMatchObject({
      status: 'running',
      started_at,
      detail: '312 of 755 MB copied',
      duration_ms: null,
      attempt: 2,
      progress: null,
      waiting_for: null,
      remedy: null,
    });
    await store.stepEnded({ operation, step: 0, status: 'done' });
    await store.stepDetail({ operation, step: 0, detail: 'too late' });
    expect((await store.readOperation(operation))?.steps[0]).toMatchObject({
      status: 'done',
      started_at,
      detail: null,
      duration_ms: expect.any(Number),
      ended_at: expect.stringMatching(/Z$/),
    });
  });

  test('of an earlier version are read, with what they do not say as null', async () => {
    const operation = await begin(shop);
    await query(url, `UPDATE operation_steps SET traits = NULL, attempts = NULL WHERE operation_id = '${operation}'`);
    const document = await store.readOperation(operation);
    expect(document?.steps.map(({ attempt, lane, progress }) => ({ attempt, lane, progress }))).toEqual(
      document?.steps.map(() => ({ attempt: null, lane: null, progress: null })),
    );
    expect(document).toMatchObject({ current: 0, cut_over: null, hand_over: null, request: null });
  });

  test('end with how they ended, and a second report changes nothing about when', async () => {
    const operation = await begin(shop);
    const error = { code: 'not_ready', message: 'postgres-2 is not ready', step: 'start postgres-2', left_over: [] };
    await store.endOperation({ id: operation, status: 'rolled_back', stall_ms: 12.5, error });
    const first = await store.readOperation(operation);
    await store.endOperation({ id: operation, status: 'rolled_back', stall_ms: 12.5, error });

    expect(await store.readOperation(operation)).toEqual(first);
    expect(first).toMatchObject({
      database: 'shop',
      type: 'expand',
      from_stage: 0,
      to_stage: 2,
      status: 'rolled_back',
      stall_ms: 12.5,
      expected_stall_ms: 200,
      nodes_added: ['postgres-2', 'haproxy-1'],
      warnings: ['mind the gap'],
      error,
      checkpoint: null,
    });
    expect(await store.readRunningOperation(shop.id)).toBeNull();
    expect(await store.isBusy(shop.id)).toBe(false);
  });

  test('one that was terminated does not count as running once the next begins', async () => {
    const lost = await begin(shop);
    const next = await begin(shop);

    expect((await store.readRunningOperation(shop.id))?.id).toBe(next);
    expect(await store.isBusy(shop.id)).toBe(true);
    expect((await store.readLastOperation(shop.id))?.id).toBe(next);
    expect(await store.readOperation(lost)).toMatchObject({ status: 'failed', error: { code: 'internal' } });
    expect((await store.listOperations(shop.id)).map(({ id }) => id)).toEqual([next, lost]);
    expect((await store.readLastOperation(shop.id, next))?.id).toBe(lost);
  });

  test('outlive their database', async () => {
    const operation = await begin(shop);
    await store.removeDatabase(shop.id);

    expect(await store.readOperation(operation)).toMatchObject({ id: operation, database: 'shop' });
  });

  test('carry the checkpoint they left', async () => {
    const operation = await begin(shop);
    const opening = {
      service_id: shop.id,
      operation_id: operation,
      stage: 2 as const,
      snapshot_id: 'snapshot-1',
      nodes_created: [{ name: 'postgres-2', kind: 'postgres' as const, mode: 'replica' as const }],
      config_changes: [{ haproxy_backends_added: ['postgres-1', 'postgres-2'] }],
      health_check_endpoint: 'http://postgres-1:8008/cluster',
      rollback_available_until: '2031-01-01T10:30:00.000Z',
    };
    const checkpoint = await store.openCheckpoint(opening);
    expect(await store.openCheckpoint(opening)).toEqual(checkpoint);
    expect(checkpoint.services_created).toEqual([{ service_id: expect.any(String), type: 'postgres_replica' }]);
    await store.extendCheckpoint(checkpoint.id, '2031-01-01T11:00:00.000Z');
    expect((await store.readOpenCheckpoint(shop.id))?.rollback_available_until).toBe('2031-01-01T11:00:00.000Z');
    expect((await store.readOperation(operation))?.checkpoint?.status).toBe('open');

    await store.closeCheckpoint(checkpoint.id);
    expect(await store.readOpenCheckpoint(shop.id)).toBeNull();
    expect((await store.listCheckpoints(shop.id)).map(({ status }) => status)).toEqual(['closed']);
  });
});

test('snapshots are listed until they are removed', async () => {
  const shop = await store.registerDatabase(sampleDatabase('shop'));
  const snapshot = { id: 'snapshot-1', service_id: shop.id, operation_id: null, volume: 'pgrow-snapshot-1' };
  await store.recordSnapshot(snapshot);
  await store.recordSnapshot({ ...snapshot, bytes: 7_000_000_000, expires_at: '2031-01-01T00:00:00.000Z' });

  expect(await store.listSnapshots(shop.id)).toEqual([
    {
      ...snapshot,
      bytes: 7_000_000_000,
      expires_at: '2031-01-01T00:00:00.000Z',
      created_at: expect.any(String),
      verified_at: null,
      damage: null,
    },
  ]);
  await store.removeSnapshot(shop.id, 'snapshot-1');
  expect(await store.listSnapshots(shop.id)).toEqual([]);
});

test('what the verification of a snapshot found stays, whatever else is recorded of it', async () => {
  const shop = await store.registerDatabase(sampleDatabase('shop'));
  const taken = '2026-01-01T10:00:00.000Z';
  const snapshot = { id: 'snapshot-1', service_id: shop.id, operation_id: null, volume: 'v-1', verified_at: taken };
  await store.recordSnapshot(snapshot);
  const [before] = await store.listSnapshots(shop.id);
  expect(before).toMatchObject({ verified_at: taken, damage: null });
  const verified_at = '2026-01-02T10:00:00.000Z';
  await store.recordVerification({ service_id: shop.id, id: 'snapshot-1', verified_at, damage: 'checksum mismatch' });
  await store.recordSnapshot({ ...before!, expires_at: '2031-01-01T00:00:00.000Z' });
  expect(await store.listSnapshots(shop.id)).toEqual([
    { ...before, expires_at: '2031-01-01T00:00:00.000Z', verified_at, damage: 'checksum mismatch' },
  ]);
});

test('an event with a key is recorded once', async () => {
  const shop = await store.registerDatabase(sampleDatabase('shop'));
  const event = {
    service_id: shop.id,
    event_type: 'stage_upgrade' as const,
    from_stage: 0 as const,
    to_stage: 2 as const,
    metadata: { duration_ms: 9000 },
    key: 'operation-1/stage',
  };
  await store.recordEvent(event);
  await store.recordEvent(event);

  expect(await store.listEvents(shop.id, 10)).toEqual([
    {
      id: expect.any(String),
      created_at: expect.any(String),
      event_type: 'stage_upgrade',
      from_stage: 0,
      to_stage: 2,
      metadata: { duration_ms: 9000 },
    },
  ]);
});

test('only a known token lets in, and it is nowhere in clear', async () => {
  const token = randomBytes(24).toString('base64url');
  expect(await store.authenticate(token)).toBeNull();
  await store.ensureHomeToken(token);
  await store.ensureHomeToken(token);

  expect(await store.authenticate(token)).toMatchObject({ actor: 'cli', project: '*', role: 'admin', expired: false });
  expect(JSON.stringify(await query(url, 'SELECT * FROM tokens'))).not.toContain(token);
});

// The file was removed because it had leaked, and the token in it went on opening everything.
test('a new token of the home ends the one before, and no other', async () => {
  const [before, after, other] = ['before', 'after', 'other'].map((name) => name.padEnd(32, '.')) as [
    string,
    string,
    string,
  ];
  await store.createToken({
    token: other,
    name: 'ci',
    project: 'default',
    role: 'viewer',
    created_by: 'cli',
    expires_in: null,
  });
  await store.ensureHomeToken(before);
  await store.ensureHomeToken(after);

  expect(await store.authenticate(before)).toBeNull();
  expect(await store.authenticate(after)).not.toBeNull();
  expect(await store.authenticate(other)).toMatchObject({ actor: 'ci' });
});

test('an idempotency key belongs to the request that came first', async () => {
  const request = () => ({
    project: 'default',
    key: 'once',
    request_hash: 'a'.repeat(64),
    operation_id: randomUUID(),
    service_id: randomUUID(),
  });
  const first = request();
  expect(await store.claimIdempotencyKey(first)).toEqual(first);
  expect(await store.claimIdempotencyKey(request())).toEqual(first);
  expect(await store.claimIdempotencyKey({ ...first, project: 'sales' })).toMatchObject({ project: 'sales' });
  expect(await store.findByIdempotencyKey('default', 'never')).toBeNull();
});

describe('what was seen', () => {
  const seen = async (change: { health?: LiveState['health']; ago?: number } = {}) => {
    const { id } = await store.registerDatabase(sampleDatabase(`seen-${randomUUID().slice(0, 8)}`));
    const now = Date.parse(await store.readClock()) - (change.ago ?? 0);
    const seen_at = new Date(now).toISOString();
    await store.recordObserved({ service_id: id, seen_at, live: liveOf(change.health ?? 'healthy') });
    return { id, seen_at, shifted: (ms: number) => new Date(now + ms).toISOString() };
  };

  test('is on record with its age, one by one and in a list', async () => {
    const { id, seen_at } = await seen({ ago: 60_000 });
    const expected = { service_id: id, seen_at, doubted: false };
    expect(await store.readObserved(id)).toMatchObject({ ...expected, live: liveOf('healthy') });
    expect((await store.readObserved(id))?.age_ms).toBeGreaterThanOrEqual(60_000);
    const listed = (await store.listObserved({ project: 'default' })).find(({ service_id }) => service_id === id);
    expect(listed).toMatchObject({ ...expected, health: 'healthy' });
    expect(await store.listObserved({ project: 'sales' })).toEqual([]);
  });

  // Two processes look at the same time, and the one that began first may be through last.
  test('is replaced by what was seen later, whichever is recorded first', async () => {
    const { id, shifted } = await seen();
    await store.recordObserved({ service_id: id, seen_at: shifted(-1), live: liveOf('down') });
    expect((await store.readObserved(id))?.live.health).toBe('healthy');
    await store.recordObserved({ service_id: id, seen_at: shifted(1), live: liveOf('degraded') });
    expect((await store.readObserved(id))?.live.health).toBe('degraded');
  });

  test('is doubted from the beginning and the end of an operation, a change of leader or of the nodes', async () => {
    const shop = sampleDatabase('doubted');
    const database = { ...shop, topology: replicaTopology(shop) };
    await store.registerDatabase(database);
    const look = async () =>
      store.recordObserved({ service_id: shop.id, seen_at: await store.readClock(), live: liveOf('healthy') });
    const isDoubted = async () => (await store.readObserved(shop.id))?.doubted;
    const operation = randomUUID();
    const plan = samplePlan(database, database.topology);
    const begin = {
      id: operation,
      service_id: shop.id,
      workflow_id: 'w',
      run_id: null,
      type: plan.type,
      plan,
      actor: 'a',
    };
    for (const happens of [
      () => store.beginOperation(begin),
      () => store.endOperation({ id: operation, status: 'done', stall_ms: null, error: null }),
      () => store.saveTopology(shop.id, database.topology),
      () => store.setPrimary(shop.id, 'postgres-1', 'postgres-2'),
      () => store.dropKept(shop.id),
      () => store.doubtObserved(shop.id),
    ]) {
      await look();
      expect(await isDoubted()).toBe(false);
      await happens();
      expect(await isDoubted()).toBe(true);
    }
    await look();
    expect(await isDoubted()).toBe(false);
  });

  test('goes with its database, and does not come back by a look that ends later', async () => {
    const { id, seen_at } = await seen();
    await store.removeDatabase(id);
    expect(await store.readObserved(id)).toBeNull();
    await store.recordObserved({ service_id: id, seen_at, live: liveOf('healthy') });
    expect(await store.readObserved(id)).toBeNull();
  });
});

test('all running operations, and the databases they are working on, are one question each', async () => {
  const shop = await store.registerDatabase(sampleDatabase('busy-shop'));
  const plan = samplePlan(shop, replicaTopology(shop));
  const id = randomUUID();
  await store.beginOperation({
    id,
    service_id: shop.id,
    workflow_id: 'w',
    run_id: null,
    type: plan.type,
    plan,
    actor: 'a',
  });
  expect((await store.listBusy()).has(shop.id)).toBe(true);
  expect((await store.listRunningOperations({})).map((operation) => operation.id)).toContain(id);
  expect(await store.listRunningOperations({ project: 'sales' })).toEqual([]);
  await store.endOperation({ id, status: 'done', stall_ms: null, error: null });
  expect((await store.listBusy()).has(shop.id)).toBe(false);
});

test('a lease has one holder, which renews it; another takes it once it was released or has run out', async () => {
  const name = 'monitor';
  const take = (holder: string, lastsMs: number) => store.takeLease({ name, holder, lastsMs });
  const tried = await Promise.all(['a', 'b', 'c'].map((holder) => take(holder, 60_000)));
  expect(tried.filter(Boolean)).toHaveLength(1);
  const holder = ['a', 'b', 'c'][tried.indexOf(true)]!;
  expect([await take(holder, 60_000), await take('d', 60_000)]).toEqual([true, false]);
  await store.releaseLease({ name, holder: 'd' });
  expect(await take('d', 60_000)).toBe(false);
  await store.releaseLease({ name, holder });
  expect(await take('d', 0)).toBe(true);
  expect(await take('e', 60_000)).toBe(true);
});

describe('which databases have changed', () => {
  const sales = sampleDatabase('shop', { project: 'sales' });
  /** Asks again and again, as a reader does. */
  const reader = async (of: Store = store) => {
    let { upTo } = await of.readChangedDatabases(null);
    return async () => {
      const answer = await of.readChangedDatabases(upTo);
      upTo = answer.upTo;
      return answer.ids;
    };
  };

  test('is said of whatever the list of databases shows, and of no other change', async () => {
    const shop = { ...sales, topology: replicaTopology(sales) };
    const operation = randomUUID();
    const plan = samplePlan(shop, shop.topology);
    const see = async (live: LiveState) =>
      store.recordObserved({ service_id: shop.id, seen_at: await store.readClock(), live });
    const sawLong = `UPDATE observed SET seen_at = seen_at - INTERVAL '25 seconds'`;
    const hold = `INSERT INTO holds (service_id, taken_at) VALUES ('${shop.id}', now())`;
    const changed = await reader();
    expect(await changed()).toEqual([]);
    for (const [what, change] of Object.entries({
      registered: () => store.registerDatabase(shop),
      seen: () => see(liveOf('healthy')),
      'seen in another state': () => see(liveOf('degraded')),
      'an operation': () =>
        store.beginOperation({
          id: operation,
          service_id: shop.id,
          workflow_id: 'w',
          run_id: null,
          type: plan.type,
          plan,
          actor: 'a',
        }),
      'a step': () => store.stepStarted({ operation, step: 0 }),
      'its end': () => store.endOperation({ id: operation, status: 'done', stall_ms: 1, error: null }),
      'a window': () =>
        store.openCheckpoint({
          service_id: shop.id,
          operation_id: operation,
          stage: 2,
          snapshot_id: null,
          nodes_created: [],
          config_changes: [],
          health_check_endpoint: '',
          rollback_available_until: '2031-01-01T10:30:00.000Z',
        }),
      topology: () => store.saveTopology(shop.id, shop.topology),
      held: () => query(url, hold),
      released: () => store.releaseHold(shop.id),
      'seen again after a pause': async () => {
        await query(url, sawLong);
        await changed();
        await see(liveOf('degraded'));
      },
      destroyed: () => store.removeDatabase(shop.id),
    })) {
      await change();
      expect([what, await changed()]).toEqual([what, [shop.id]]);
    }
    const { id } = await store.registerDatabase(sampleDatabase('billing'));
    const seeIt = async () =>
      store.recordObserved({ service_id: id, seen_at: await store.readClock(), live: liveOf('healthy') });
    await seeIt();
    await changed();
    await seeIt();
    await store.recordEvent({
      service_id: id,
      event_type: 'failover',
      from_stage: null,
      to_stage: null,
      metadata: {},
    });
    expect(await changed()).toEqual([]);
  });

  // A number for each change would be read by others before one that is smaller is there.
  test('misses none that is written first and committed last', async () => {
    const [first, last] = await Promise.all(
      ['first', 'last'].map((name) => store.registerDatabase(sampleDatabase(name))),
    );
    const changed = await reader();
    await changed();
    const { pool } = connectMetadata({ url });
    const slow = await pool.connect();
    await slow.query('BEGIN');
    await slow.query('UPDATE services SET protected = TRUE WHERE id = $1', [first!.id]);
    await store.saveTopology(last!.id, last!.topology);
    expect(await changed()).toEqual([last!.id]);
    // Another writer of the same database does not wait for what this one has noted.
    await store.saveTopology(first!.id, first!.topology);
    expect(await changed()).toContain(first!.id);
    await slow.query('COMMIT');
    slow.release();
    await pool.end();
    expect(await changed()).toContain(first!.id);
    await changed();
    expect(await changed()).toEqual([]);
    expect(await query(url, 'SELECT count(*)::int AS rows FROM changed_databases')).toEqual([
      { rows: expect.toSatisfy((rows: number) => rows <= 3) },
    ]);
  });

  test('is said of a destroyed one for an hour, and leaves no row then', async () => {
    const [old, young] = await Promise.all(
      ['old', 'young'].map((name) => store.registerDatabase(sampleDatabase(name))),
    );
    await store.removeDatabase(old!.id);
    const noted = async () => {
      const rows = await query(url, 'SELECT DISTINCT service_id FROM changed_databases');
      return rows.map(({ service_id }) => service_id as string).toSorted();
    };
    expect(await noted()).toEqual([old!.id, young!.id].toSorted());
    await query(url, `UPDATE services SET deleted_at = deleted_at - INTERVAL '2 hours' WHERE deleted_at IS NOT NULL`);
    await store.removeDatabase(young!.id);
    expect(await noted()).toEqual([young!.id]);
  });

  test('may be any after metadata that were put in the place of others', async () => {
    await store.registerDatabase(sales);
    const { upTo } = await store.readChangedDatabases(null);
    expect((await store.readChangedDatabases(String(BigInt(upTo) + 1_000_000n))).ids).toBeNull();
  });
});

describe('history', () => {
  const begun = async (shop: Database): Promise<string> => {
    const id = randomUUID();
    const plan = samplePlan(shop, replicaTopology(shop));
    const operation = { id, service_id: shop.id, workflow_id: 'w', run_id: null, type: plan.type, plan, actor: 'a' };
    await store.beginOperation(operation);
    await store.endOperation({ id, status: 'done', stall_ms: null, error: null });
    return id;
  };
  const openWindow = (shop: Database, operation_id: string) =>
    store.openCheckpoint({
      service_id: shop.id,
      operation_id,
      stage: 2,
      snapshot_id: null,
      nodes_created: [],
      config_changes: [],
      health_check_endpoint: '',
      rollback_available_until: '2031-01-01T10:30:00.000Z',
    });
  const records = async (shop: Database) => {
    await store.recordEvent({
      service_id: shop.id,
      event_type: 'failover',
      from_stage: null,
      to_stage: null,
      metadata: {},
    });
    await store.recordAudit({ actor: 'a', project: 'default', service_id: shop.id, action: 'expand', details: {} });
  };
  const count = async (table: string) => Number((await query(url, `SELECT count(*) FROM ${table}`))[0]!['count']);

  test('goes once it is older than it is kept, except what something may still need', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop'));
    const [done, open, withSnapshot, last] = [
      await begun(shop),
      await begun(shop),
      await begun(shop),
      await begun(shop),
    ];
    await store.closeCheckpoint((await openWindow(shop, done)).id);
    await openWindow(shop, open);
    await store.recordSnapshot({ id: 's', service_id: shop.id, operation_id: withSnapshot, volume: 'v' });
    const key = { project: 'default', key: 'k', request_hash: 'h'.repeat(64), service_id: shop.id };
    await store.claimIdempotencyKey({ ...key, operation_id: done });
    await store.claimIdempotencyKey({ ...key, key: 'of the last one', operation_id: last });
    await records(shop);
    await query(url, `UPDATE operations SET ended_at = now() - interval '401 days'`);
    await query(url, `UPDATE idempotency_keys SET created_at = now() - interval '401 days'`);
    await query(url, `UPDATE postgres_expansion_events SET created_at = now() - interval '401 days'`);
    await query(url, `UPDATE audit SET at = now() - interval '401 days'`);
    await records(shop);

    const forever = { operations_days: null, events_days: null, audit_days: null, notices_days: null };
    expect(await store.removeHistory(forever)).toEqual({
      operations: 0,
      events: 0,
      audit: 0,
      idempotency_keys: 0,
      notices: 0,
    });
    expect(await store.removeHistory(usualRetention)).toEqual({
      operations: 1,
      events: 1,
      audit: 0,
      idempotency_keys: 1,
      notices: 0,
    });
    const kept = (await store.listOperations(shop.id)).map(({ id }) => id);
    expect(kept.toSorted()).toEqual([open, withSnapshot, last].toSorted());
    expect((await store.readOpenCheckpoint(shop.id))?.status).toBe('open');
    expect(await store.findByIdempotencyKey('default', 'of the last one')).not.toBeNull();
    expect([await count('checkpoints'), await count('postgres_expansion_events'), await count('audit')]).toEqual([
      1, 1, 2,
    ]);
    expect((await store.removeHistory({ ...usualRetention, audit_days: 400 })).audit).toBe(1);
  });

  // One operation of which no notice could be made stopped those of all that came after it.
  test('is said also after something of which nothing can be said', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop'));
    const target = { name: 'ops', project: 'default', database: null, created_by: 'a', target: 'https://a.example' };
    const settings = { kind: 'webhook', format: 'standard', allow_private: false } as const;
    await store.addChannel({ ...target, settings, secrets: {}, events: ['maintenance.started'] });
    const bad = await begun(shop);
    await query(url, `UPDATE operations SET started_at = '-infinity' WHERE id = '${bad}'`);
    await begun(shop);
    const failures: object[] = [];
    await store.collectNotices((failure) => void failures.push(failure));
    expect(failures).toEqual([{ kind: 'operation', id: bad, error: expect.any(Error) }]);
    const { entries } = await store.pageDeliveries({ project: '*' }, { limit: 9 });
    expect(entries).toMatchObject([{ type: 'maintenance.started', state: 'pending' }]);
  });

  test('gives notice of a window once, when it is about to close', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop'));
    const target = { name: 'ops', project: 'default', database: null, created_by: 'a', target: 'https://a.example' };
    const settings = { kind: 'webhook', format: 'standard', allow_private: false } as const;
    await store.addChannel({ ...target, settings, secrets: {}, events: ['rollback_window.closing'] });
    const { id } = await openWindow(shop, await begun(shop));
    const subjects = async () => {
      await store.collectNotices(fail);
      return (await store.pageDeliveries({ project: '*' }, { limit: 9 })).entries.map(({ subject }) => subject);
    };
    const leftOf = (whole: string, left: string) =>
      query(
        url,
        `UPDATE operations SET ended_at = now() - interval '${whole}' + interval '${left}';
         UPDATE checkpoints SET rollback_available_until = now() + interval '${left}'`,
      );
    await leftOf('2 hours', '11 minutes');
    expect(await subjects()).toEqual([]);
    await leftOf('9 minutes', '4 minutes');
    expect(await subjects()).toEqual([]);
    await leftOf('9 minutes', '-1 minute');
    expect(await subjects()).toEqual([]);
    await leftOf('9 minutes', '2 minutes');
    for (const _ of ['first', 'second']) expect(await subjects()).toEqual(['shop: the rollback window closes soon']);
    await store.closeCheckpoint(id);

    // What a message is about goes with it, unless it is still under way.
    const soon = { ...usualRetention, notices_days: 1 };
    await query(url, `UPDATE notices SET at = now() - interval '2 days'`);
    expect((await store.removeHistory(soon)).notices).toBe(0);
    await query(url, `UPDATE notification_deliveries SET started_at = now() - interval '2 days'`);
    // One that waits, as its receiver asked, is not silent, however long ago it was started.
    await query(url, `UPDATE notification_deliveries SET next_attempt_at = now() - interval '1 day'`);
    expect(await store.listSilent()).toEqual([]);
    await query(url, `UPDATE notification_deliveries SET next_attempt_at = NULL`);
    const [silent] = await store.listSilent();
    await store.buryLost({ ...silent!, round: 7 });
    expect(await store.listSilent()).toEqual([silent]);
    await store.buryLost(silent!);
    expect((await store.pageDeliveries({ project: '*' }, { limit: 9 })).entries).toMatchObject([
      { state: 'dead', error: 'its workflow ended before it was delivered' },
    ]);
    expect((await store.removeHistory(soon)).notices).toBe(1);
    expect(await count('notification_deliveries')).toBe(0);
  });

  test('goes in several batches where there is much of it', async () => {
    const shop = await store.registerDatabase(sampleDatabase('shop'));
    await query(
      url,
      `INSERT INTO audit (at, actor, project, service_id, action, details)
       SELECT now() - interval '2000 days', 'a', 'default', '${shop.id}', 'expand', '{}' FROM generate_series(1, 2500)`,
    );
    expect((await store.removeHistory(usualRetention)).audit).toBe(2500);
    expect(await count('audit')).toBe(0);
  });
});

describe('migrations', () => {
  // What migrates and does nothing else ran on for ten seconds, until its idle connection ended by itself.
  test('a store that has done nothing else leaves no connection when it is closed', async () => {
    const fresh = await server.newDatabase();
    await (await open(fresh, '1.0.0 (aaaa)')).close();
    await retryUntil(
      'the end of its connection',
      async () => {
        const left = await query(
          fresh,
          `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pgrow'`,
        );
        expect(left).toEqual([]);
      },
      3000,
    );
  });

  test('two processes that start at once both come up', async () => {
    const fresh = await server.newDatabase();
    const stores = await Promise.all([1, 2, 3].map(() => createStore({ connection: { url: fresh }, sealingKeys })));
    await Promise.all(stores.map((each) => each.close()));

    expect(await query(fresh, 'SELECT name FROM pgrow_migrations ORDER BY name')).toEqual(
      (await readMigrations()).map(({ name }) => ({ name })),
    );
  });

  test('one that was changed after it was applied stops the start and names the file', async () => {
    await query(url, `UPDATE pgrow_migrations SET checksum = repeat('0', 64) WHERE name LIKE '0002%'`);

    await expect(store.migrate()).rejects.toMatchObject({
      code: 'needs_operator',
      message: expect.stringContaining('0002_operations.sql has been changed'),
    });
  });

  const open = (address: string, version: string) =>
    createStore({ connection: { url: address }, sealingKeys, version: () => version });
  const fromTheFuture = (address: string, breaksOlder: boolean) =>
    query(
      address,
      `INSERT INTO pgrow_migrations (name, checksum, applied_by, breaks_older)
         VALUES ('9999_later.sql', repeat('0', 64), '9.0.0 (bbbb)', ${breaksOlder})`,
    );

  // During an update API, monitor and worker of the older version start again beside the newer one.
  test('an older version works on with a schema that a newer one has added to', async () => {
    const fresh = await server.newDatabase();
    const before = await open(fresh, '1.0.0 (aaaa)');
    await fromTheFuture(fresh, false);
    await before.migrate();
    await before.close();
    const again = await open(fresh, '1.0.0 (aaaa)');
    expect(await again.listDatabases({})).toEqual([]);
    await again.close();
  });

  test('a return to a version that the schema no longer fits is refused, with both versions and what to do', async () => {
    const fresh = await server.newDatabase();
    await (await open(fresh, '1.0.0 (aaaa)')).close();
    expect(await query(fresh, 'SELECT DISTINCT applied_by, breaks_older FROM pgrow_migrations')).toEqual([
      { applied_by: '1.0.0 (aaaa)', breaks_older: false },
    ]);
    await fromTheFuture(fresh, true);
    await expect(open(fresh, '1.0.0 (aaaa)')).rejects.toMatchObject({
      code: 'needs_operator',
      message: expect.stringMatching(
        /9999_later\.sql, which older versions cannot work with\. It was applied by pgrow 9\.0\.0 \(bbbb\); this is pgrow 1\.0\.0 \(aaaa\)\. .*Start that version again, or restore/,
      ),
    });
  });

  // As every database was that an earlier version has migrated.
  test('what was applied before versions were recorded is taken over', async () => {
    const fresh = await server.newDatabase();
    await (await open(fresh, '1.0.0 (aaaa)')).close();
    await query(fresh, 'ALTER TABLE pgrow_migrations DROP COLUMN applied_by, DROP COLUMN breaks_older');
    await (await open(fresh, '1.0.0 (aaaa)')).close();
    expect(await query(fresh, 'SELECT DISTINCT applied_by, breaks_older FROM pgrow_migrations')).toEqual([
      { applied_by: null, breaks_older: false },
    ]);
  });
});

test('a database that is away is called unavailable, without its password', async () => {
  const connection = { host: '127.0.0.1', port: 1, user: 'pgrow', password: 'hunter2-hunter2', database: 'pgrow' };
  const error: unknown = await createStore({ connection, sealingKeys }).catch((caught: unknown) => caught);

  expect(error).toMatchObject({ code: 'metadata_unavailable' });
  expect(String(error)).not.toContain('hunter2');
});

// A restart of the metadata ended every process that stood between two queries of a transaction: no one listened there.
test('a connection that is ended between two queries fails the second and not the process', async () => {
  const { queries } = connectMetadata({ url });
  const interrupted = queries.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(transaction);
    const pid = rows[0]!.pid;
    await query(url, `SELECT pg_terminate_backend(${pid})`);
    await retryUntil('the connection ended', async () =>
      expect(await query(url, `SELECT pid FROM pg_stat_activity WHERE pid = ${pid}`)).toEqual([]),
    );
    await sql`SELECT 1`.execute(transaction);
  });

  await expect(interrupted).rejects.toThrow(/Connection terminated|not queryable/);
  await expect(sql`SELECT 1`.execute(queries)).resolves.toMatchObject({ rows: [expect.anything()] });
  await queries.destroy();
});
