import { expect, test } from 'vitest';
import type { Peer } from '../components/peer.ts';
import { realComponents } from '../nodes/dependencies.ts';
import { nodeContainer } from '../nodes/node-container.ts';
import { lastingLabels, networkName } from '../domain/naming.ts';
import type { Database } from '../domain/database.ts';
import { fakeImages, replicaTopology, sampleDatabase, samplePasswords } from '../../test/support/sample-database.ts';
import { nodeNamed, nodesOf, type Topology } from '../domain/topology.ts';
import type { ContainerSpec } from '../platform/platform.ts';
import { newNode } from '../domain/nodes.ts';
import { poolingOptions } from '../domain/options.ts';
import { firstTopology } from '../domain/plan/create.ts';
import { createFakePlatform, type FakePlatform } from '../platform/fake/index.ts';
import type { Store } from '../store/store.ts';
import { createDoctor } from './doctor.ts';

const home = '1a2b3c4d';
const shop = sampleDatabase('shop', { home });
const labels = (database: string, kind = 'postgres') => ({
  'pgrow.home': home,
  'pgrow.database': database,
  'pgrow.kind': kind,
});

const done = { status: 'done', type: 'destroy', steps: [] };

/** No node runs, so nothing is asked of one. */
const newDoctor = async (
  isRunning: () => boolean = () => false,
  operations: readonly object[] = [done],
  onPutBack: () => void = () => undefined,
  more: Partial<ContainerSpec> = {},
) => {
  const platform = createFakePlatform();
  const topology = firstTopology(shop);
  await createAll(platform, { ...shop, topology }, more);
  const volume = topology.nodes.find((node) => node.volume !== null)?.volume ?? '';
  await platform.ensureVolume({ name: volume, labels: labels(shop.id) });
  await platform.ensureVolume({ name: 'metadata', labels: { 'pgrow.home': home, 'pgrow.kind': 'metadata' } });
  await platform.ensureVolume({ name: 'of-another-home', labels: { ...labels(shop.id), 'pgrow.home': 'ffffffff' } });
  await platform.ensureVolume({ name: 'stray', labels: labels(shop.id) });
  await platform.ensureNetwork({ name: 'of-gone', labels: labels('gone') });
  await platform.ensureNetwork({ name: 'of-stranger', labels: labels('stranger') });
  const store = {
    listDatabases: async () => [{ ...shop, topology }],
    readDatabase: async (id: string) => (id === shop.id || id === shop.name ? { ...shop, topology } : null),
    readLastOperation: async (id: string) =>
      id === 'stranger' ? null : id === shop.id ? (operations[0] ?? null) : done,
    listSnapshots: async () => [],
    readOpenCheckpoint: async () => null,
    readOperation: async () => operations[0],
    readPlan: async () => null,
    readSecrets: async () => samplePasswords,
  } as unknown as Store;
  const undoAbandoned: string[] = [];
  const doctor = createDoctor({
    platform,
    store,
    home,
    images: fakeImages,
    components: realComponents,
    isWindowServed: async () => true,
    isRunning: async (id) => id === shop.id && isRunning(),
    howEnded: async () => 'terminated',
    undoAbandoned: async ({ name }) => {
      undoAbandoned.push(name);
      onPutBack();
    },
  });
  return { platform, doctor, undoAbandoned, known: [volume, 'metadata'] };
};

const createAll = async (
  platform: FakePlatform,
  database: Database,
  more: Partial<ContainerSpec> = {},
): Promise<void> => {
  await platform.ensureNetwork({ name: networkName(database), labels: {} });
  for (const node of database.topology.nodes) {
    const spec = nodeContainer(database, fakeImages, node, lastingLabels(database, node));
    await platform.ensureContainer({ ...spec, ...more });
  }
};

test('finds what nothing accounts for, and nothing of another home or of the metadata', async () => {
  const { doctor } = await newDoctor();
  expect((await doctor.examine()).map(({ name, removable }) => [name, removable])).toEqual([
    ['stray', true],
    ['of-gone', true],
    ['of-stranger', false],
  ]);
});

test('removes what may go and leaves the rest', async () => {
  const { doctor, platform, known } = await newDoctor();
  const { removed, failed } = await doctor.remove();
  expect(removed.map(({ name }) => name)).toEqual(['stray', 'of-gone']);
  expect(failed).toEqual([]);
  const left = await platform.findByLabels({ 'pgrow.home': home });
  expect(left).toMatchObject({ volumes: known.toSorted(), networks: ['of-stranger'] });
  expect((await platform.findByLabels({ 'pgrow.home': 'ffffffff' })).volumes).toEqual(['of-another-home']);
});

test('what would not go is named with what removes it by hand', async () => {
  const { doctor, platform } = await newDoctor();
  platform.failNext('removeVolume', new Error('in use'));
  const { failed } = await doctor.remove();
  expect(failed).toEqual([]);
  const again = await newDoctor();
  again.platform.failNext('removeVolume', new Error('in use'), 5);
  expect((await again.doctor.remove()).failed).toEqual([
    { what: 'volume stray: in use', command: 'docker volume rm stray' },
  ]);
});

// Someone had halved a server's memory by hand, and nothing said so until it was killed under load.
test('a container that differs from what pgrow would make is named with each difference, unless an operation runs', async () => {
  const halved = { memoryBytes: 512 * 1024 ** 2, restart: 'no' } as const;
  const changed = async (isRunning: boolean) =>
    (await (await newDoctor(() => isRunning, [done], undefined, halved)).doctor.examine())
      .filter(({ kind }) => kind === 'changed_container')
      .map(({ name, explanation }) => [name, explanation]);
  const policy = 'restart policy is no, should be unless-stopped';
  const prefix = 'Its container differs from what pgrow would create now:';
  expect(await changed(false)).toEqual([
    ['front', `${prefix} ${policy}.`],
    ['postgres-1', `${prefix} ${policy}; memory is 512 MB, should be 1 GB.`],
  ]);
  expect(await changed(true)).toEqual([]);
});

test('a server that its supervisor keeps stopped is found', async () => {
  const { doctor, platform } = await newDoctor();
  const { container } = nodeNamed(firstTopology(shop), 'postgres-1');
  await platform.startContainer(container);
  platform.onExec(({ command }) =>
    command[0] === 'pgrow-server' ? { stdout: JSON.stringify({ state: 'stopped', running: false }) } : undefined,
  );
  expect((await doctor.examine()).filter(({ kind }) => kind === 'stopped_server')).toMatchObject([
    { name: 'postgres-1', command: `docker exec ${container} pgrow-server start` },
  ]);
});

test('an operation that begins between the look and the removal keeps what is its own', async () => {
  let looks = 0;
  const { doctor, platform } = await newDoctor(() => ++looks > 1);
  await doctor.remove();
  expect((await platform.findByLabels({ 'pgrow.home': home })).volumes).toContain('stray');
});

const cutOff = { id: 'op-1', service_id: shop.id, status: 'running', type: 'expand', steps: [] };

test('what was cut off is undone as a whole before anything of it is removed', async () => {
  const operations: object[] = [cutOff];
  const { doctor, undoAbandoned } = await newDoctor(undefined, operations, () => {
    operations[0] = { ...cutOff, status: 'rolled_back' };
  });
  expect((await doctor.examine()).map(({ name, removable }) => [name, removable])).toContainEqual(['stray', false]);
  const { removed, failed } = await doctor.remove();
  expect(undoAbandoned).toEqual(['shop']);
  expect([removed[0]?.kind, failed]).toEqual(['operation', []]);
  expect(removed.map(({ name }) => name)).toContain('stray');
});

test('nothing of it is removed as long as it cannot be undone', async () => {
  const { doctor, platform } = await newDoctor(undefined, [cutOff]);
  expect((await doctor.remove()).failed).toEqual([
    { what: 'operation op-1: its record still says that it runs', command: './pgrow doctor --remove' },
  ]);
  expect((await platform.findByLabels({ 'pgrow.home': home })).volumes).toContain('stray');
});

test('slots are looked for on every server that runs', async () => {
  const replicated = sampleDatabase('shop');
  const topology = replicaTopology(replicated);
  const platform = createFakePlatform();
  const asked: string[] = [];
  const servers = nodesOf(topology, 'postgres');
  await createAll(platform, { ...replicated, topology });
  for (const { container } of servers) await platform.startContainer(container);
  const connectPostgres = async ({ peer }: { readonly peer: Peer }) => {
    asked.push(peer.address);
    const slot = { name: 'postgres_9', physical: true, active: false, standby: asked.length > 1 };
    return { query: async <T>() => [slot] as T[], end: async () => undefined };
  };
  const doctor = createDoctor({
    platform,
    store: {
      listDatabases: async () => [{ ...replicated, topology }],
      readDatabase: async () => ({ ...replicated, topology }),
      readLastOperation: async () => done,
      listSnapshots: async () => [],
      readOpenCheckpoint: async () => null,
      readSecrets: async () => samplePasswords,
    } as unknown as Store,
    home,
    images: fakeImages,
    components: { ...realComponents, postgres: { ...realComponents.postgres, connectPostgres } },
    isWindowServed: async () => true,
    isRunning: async () => false,
    howEnded: async () => null,
    undoAbandoned: async () => undefined,
  });
  const found = (await doctor.examine()).filter(({ kind }) => kind === 'replication_slot');
  expect(found.map(({ name }) => name)).toEqual(servers.map(({ name }) => `postgres_9 on ${name}`));
});

// It was "resumed" a thousand times: without HAProxy the read-only PgBouncer was never told, and the doctor never remembered.
test('a pooler that stays paused is resumed once, at every port that it has', async () => {
  const shopWithout = sampleDatabase('shop');
  const [front, primary, replica] = replicaTopology(shopWithout).nodes;
  const pooler = newNode(shopWithout, 'pgbouncer', 1);
  const topology: Topology = {
    ...replicaTopology(shopWithout),
    nodes: [front!, primary!, replica!, pooler],
    pooling: poolingOptions.parse({}),
  };
  const platform = createFakePlatform();
  await createAll(platform, { ...shopWithout, topology });
  await platform.startContainer(pooler.container);
  const resumed: number[] = [];
  const connectPooler = async ({ port }: { readonly port: number }) => ({
    isPaused: async () => true,
    resume: async () => void resumed.push(port),
    resumeLookups: async () => undefined,
    end: async () => undefined,
  });
  const record = { ...shopWithout, topology };
  const doctor = createDoctor({
    platform,
    store: {
      listDatabases: async () => [record],
      readDatabase: async () => record,
      readLastOperation: async () => done,
      listSnapshots: async () => [],
      readOpenCheckpoint: async () => null,
      readSecrets: async () => samplePasswords,
    } as unknown as Store,
    home,
    images: fakeImages,
    components: {
      ...realComponents,
      pgbouncer: { ...realComponents.pgbouncer, connectPooler: connectPooler as never },
    },
    isWindowServed: async () => true,
    isRunning: async () => false,
    howEnded: async () => null,
    undoAbandoned: async () => undefined,
  });
  expect((await doctor.remove()).removed.map(({ name }) => name)).toEqual(['pgbouncer-1']);
  expect(resumed).toEqual([5432, 5433]);
});
