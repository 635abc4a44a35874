import { describe, expect, test } from 'vitest';
import { samplePasswords } from '../../test/support/sample-database.ts';
import type { Database } from '../domain/database.ts';
import { firstTopology, planCreate } from '../domain/plan/create.ts';
import { planExpand } from '../domain/plan/expand.ts';
import { planRestore } from '../domain/plan/restore.ts';
import { operationOptions, replicaOptions } from '../domain/options.ts';
import { createDockerPlatform } from '../platform/docker/index.ts';
import { createFakePlatform, type FakePlatform } from '../platform/fake/index.ts';
import { PgrowError } from '../domain/errors.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { readPreflight } from '../nodes/preflight.ts';
import { refuseUnfit } from './preflight.ts';

/** What the world does not allow is refused before anything is touched, in words that say what to do. */

const draft = { id: 'f9a41c6e-3a0b-4a6e-9c53-8a54b9bd4a10', name: 'shop', project: 'default', home: '1a2b3c4d' };
const ports = { postgres: 1, pooled: 2, pooled_read_only: 3, read_write: 4, read_only: 5, stats: 6 };
const shop: Database = { ...draft, postgres_major: 17, ports, topology: firstTopology(draft) };
const images = {
  postgres: 'pgrow/postgres:17-a',
  postgres_15: 'pgrow/postgres:15-1',
  postgres_18: 'pgrow/postgres:18-1',
  pgbouncer: 'pgrow/pgbouncer:a',
  haproxy: 'pgrow/haproxy:a',
  etcd: 'pgrow/etcd:a',
};

const megabyte = 1024 * 1024;

/** A primary that holds so many bytes. */
const dependenciesWith = async (platform: FakePlatform, databaseBytes = 0): Promise<Dependencies> => {
  for (const { container } of shop.topology.nodes) {
    const spec = {
      name: container,
      image: images.postgres,
      hostname: 'x',
      network: 'n',
      aliases: [],
      mounts: [],
      ports: [],
      confinement: null,
    };
    await platform.ensureNetwork({ name: 'n', labels: {} });
    await platform.ensureContainer({ ...spec, labels: {}, environment: {}, restart: 'no', memoryBytes: 1, cpus: 1 });
    await platform.startContainer(container);
  }
  const connection = { query: async () => [], end: async () => undefined };
  return {
    platform,
    images,
    home: shop.home,
    store: { readDatabase: async () => shop, readSecrets: async () => samplePasswords },
    components: {
      postgres: { connectPostgres: async () => connection, databaseSizeBytes: async () => databaseBytes },
    },
  } as unknown as Dependencies;
};

const expansion = planExpand({
  database: shop,
  operation_id: '00000000-0000-4000-8000-000000000000',
  target: 'replicas',
  pooling: null,
  replicas: replicaOptions.parse({ count: 2 }),
  ha: null,
  options: operationOptions.parse({}),
  closesWindowOf: null,
});

test('a snapshot and two replicas that would fill the disk are refused, with what they need and what is free', async () => {
  const platform = createFakePlatform({ freeBytes: async () => 800 * megabyte });
  const refused = refuseUnfit(await dependenciesWith(platform, 100 * megabyte), shop, expansion);
  await expect(refused).rejects.toMatchObject({
    code: 'no_disk_space',
    message: expect.stringMatching(/shop: 3 copies of 100 MB .* need 812 MB, 800 MB are free/),
  });
});

test('a copy of a snapshot that would fill the disk is refused', async () => {
  const platform = createFakePlatform({ freeBytes: async () => 800 * megabyte });
  const restored = {
    source: 'origin',
    postgres_major: 17,
    snapshot: { id: 'snap-1', volume: 'v-1', bytes: 300 * megabyte, created_at: '2026-01-01T10:00:00.000Z' },
  } as const;
  const plan = planRestore(shop, restored);
  const dependencies = await dependenciesWith(platform);
  await expect(refuseUnfit(dependencies, shop, plan, restored)).rejects.toMatchObject({
    code: 'no_disk_space',
    message: expect.stringContaining('1 copy of 300 MB and 512 MB of headroom need 812 MB, 800 MB are free'),
  });
  const smaller = { ...restored, snapshot: { ...restored.snapshot, bytes: 288 * megabyte } };
  await expect(refuseUnfit(dependencies, shop, plan, smaller)).resolves.toBeUndefined();
});

// It would start, and be killed as soon as it used what it was given.
test('a server larger than its host is refused before anything is made', async () => {
  const platform = createFakePlatform({ capacity: { memory_bytes: 24 * 1024 * megabyte, cpus: 2 } });
  const large = { ...shop, size: { memory_bytes: 32 * 1024 * megabyte, cpus: 2 } };
  const dependencies = await dependenciesWith(platform, 100 * megabyte);
  await expect(refuseUnfit(dependencies, large, planCreate(large))).rejects.toMatchObject({
    code: 'refused',
    message: 'shop does not fit on this host: memory is 32 GiB, and the host has 24 GiB. Choose less.',
  });
  const fitting = { ...shop, size: { memory_bytes: 24 * 1024 * megabyte, cpus: 2 } };
  await expect(refuseUnfit(dependencies, fitting, planCreate(fitting))).resolves.toBeUndefined();
});

test('just enough room is enough', async () => {
  const platform = createFakePlatform({ freeBytes: async () => 812 * megabyte });
  await expect(refuseUnfit(await dependenciesWith(platform, 100 * megabyte), shop, expansion)).resolves.toBeUndefined();
});

test('an image that is missing is named, with the command that builds it', async () => {
  const platform = createFakePlatform();
  platform.removeImage(images.haproxy);
  await expect(refuseUnfit(await dependenciesWith(platform), shop, planCreate(shop))).rejects.toMatchObject({
    code: 'image_missing',
    message: `Image ${images.haproxy} is missing on the Docker engine. Build it: ./pgrow up`,
  });
});

test('an image of another major is named with the command for that major', async () => {
  const platform = createFakePlatform();
  platform.removeImage(images.postgres_18);
  const newest = { ...shop, postgres_major: 18 } as const;
  await expect(refuseUnfit(await dependenciesWith(platform), newest, planCreate(newest))).rejects.toMatchObject({
    message: `Image ${images.postgres_18} is missing on the Docker engine. Build it: ./pgrow images --postgres-major 18`,
  });
});

test('an engine that does not answer refuses a new operation at once instead of trying for minutes', async () => {
  const platform = createDockerPlatform({ socketPath: '/nonexistent/docker.sock' });
  const dependencies = { ...(await dependenciesWith(createFakePlatform())), platform };
  await expect(refuseUnfit(dependencies, shop, planCreate(shop))).rejects.toMatchObject({
    type: 'docker_unavailable',
    nonRetryable: true,
    message: expect.stringMatching(/start the Docker engine/),
  });
});

describe('what a dry run shows of it', () => {
  const question = (plan: Parameters<typeof refuseUnfit>[2], port: number | null = null) => ({
    database: shop,
    plan,
    restored_bytes: null,
    port,
  });

  test('everything is looked at, whatever is wrong', async () => {
    const platform = createFakePlatform({ freeBytes: async () => 800 * megabyte });
    platform.removeImage(images.haproxy);
    const checks = await readPreflight(await dependenciesWith(platform, 100 * megabyte), question(expansion));
    expect(checks.map(({ check, ok }) => `${check} ${ok}`)).toEqual([
      'engine true',
      'host true',
      'images false',
      'disk false',
      'ports true',
    ]);
    expect(checks.find(({ check }) => check === 'images')?.says).toContain('Build it: ./pgrow up');
  });

  test('what cannot be looked at is not said to be wrong', async () => {
    const platform = createFakePlatform();
    platform.failNext('hasImage', new PgrowError('docker_unavailable', 'Docker does not answer.'), 9);
    const checks = await readPreflight(await dependenciesWith(platform), question(expansion));
    expect(checks.find(({ check }) => check === 'images')).toEqual({
      check: 'images',
      ok: null,
      says: 'Docker does not answer.',
    });
  });

  test('nor is a disk said to be large enough that is on another machine', async () => {
    const platform = createFakePlatform();
    Object.assign(platform, { freeBytes: async () => Infinity });
    const checks = await readPreflight(await dependenciesWith(platform, 100 * megabyte), question(expansion));
    expect(checks.find(({ check }) => check === 'disk')).toMatchObject({
      ok: null,
      says: expect.stringMatching(/^\d+ MB are needed at most; /),
    });
  });

  test('a port that another database has is named', async () => {
    const dependencies = await dependenciesWith(createFakePlatform());
    Object.assign(dependencies.store, { listDatabases: async () => [shop] });
    const checks = await readPreflight(dependencies, question(planCreate({ ...shop, name: 'other' }), 3));
    expect(checks.find(({ check }) => check === 'ports')).toMatchObject({
      ok: false,
      says: expect.stringContaining('belongs to database shop'),
    });
  });
});
