import { expect, test } from 'vitest';
import { realComponents } from '../activities/dependencies.ts';
import type { Database } from '../domain/database.ts';
import { firstTopology } from '../domain/plan/create.ts';
import { createFakePlatform } from '../platform/fake/index.ts';
import type { Store } from '../store/store.ts';
import { createDoctor } from './doctor.ts';

const home = '1a2b3c4d';
const shop = { id: 'shop-id', name: 'shop', home } as Database;
const labels = (database: string, kind = 'postgres') => ({
  'pgrow.home': home,
  'pgrow.database': database,
  'pgrow.kind': kind,
});

/** No node runs, so nothing is asked of one. */
const newDoctor = async (isRunning: () => boolean = () => false) => {
  const platform = createFakePlatform();
  const topology = firstTopology(shop);
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
    listOperations: async (id: string) => (id === 'stranger' ? [] : [{ status: 'done', type: 'destroy', steps: [] }]),
    listSnapshots: async () => [],
    ensureSecrets: async () => ({}),
  } as unknown as Store;
  const doctor = createDoctor({
    platform,
    store,
    home,
    components: realComponents,
    isRunning: async (id) => id === shop.id && isRunning(),
  });
  return { platform, doctor, known: [volume, 'metadata'] };
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

test('an operation that begins between the look and the removal keeps what is its own', async () => {
  let looks = 0;
  const { doctor, platform } = await newDoctor(() => ++looks > 1);
  await doctor.remove();
  expect((await platform.findByLabels({ 'pgrow.home': home })).volumes).toContain('stray');
});
