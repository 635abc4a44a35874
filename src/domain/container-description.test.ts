import { expect, test } from 'vitest';
import { canChangeLive, differencesOf, type ContainerDescription } from './container-description.ts';

const gigabyte = 1024 ** 3;
const should: ContainerDescription = {
  image: 'pgrow/postgres:17-a',
  hostname: 'postgres-1',
  command: null,
  attachments: [{ network: 'shop', aliases: ['postgres-1', 'primary'], address: '10.48.4.2' }],
  mounts: [{ volume: 'shop-postgres-1', path: '/var/lib/postgresql' }],
  ports: [{ container: 5432, address: '127.0.0.1', host: 20_000 }],
  labels: { 'pgrow.node': 'postgres-1' },
  environment: {},
  restart: 'unless-stopped',
  memoryBytes: gigabyte,
  swapBytes: 0,
  cpus: 2,
  sharedMemoryBytes: null,
  healthCheck: {
    command: ['pgrow-alive'],
    intervalSeconds: 10,
    timeoutSeconds: 3,
    retries: 3,
    startPeriodSeconds: 60,
  },
  privileged: false,
  droppedCapabilities: ['ALL'],
  addedCapabilities: [],
  securityOptions: ['no-new-privileges'],
  confinement: {
    processes: 100,
    coreBytes: 0,
    kept: ['/etc/pgrow'],
    inMemory: [{ path: '/tmp', bytes: 1024 ** 2, mode: 0o1777 }],
  },
  log: { driver: 'json-file', options: { 'max-size': '10m' } },
};
const [attached] = should.attachments;
const otherwise = (change: Partial<ContainerDescription['attachments'][number]>) => ({
  attachments: [{ ...attached!, ...change }],
});
const said = (change: Partial<ContainerDescription>) =>
  differencesOf({ ...should, ...change }, should).map(({ says }) => says);

test('what image and engine add is no difference', () => {
  expect(
    said({
      command: ['pgrow-node'],
      ...otherwise({ aliases: ['primary'] }),
      labels: { ...should.labels, maintainer: 'debian' },
      environment: { PATH: '/usr/bin' },
      swapBytes: null,
      sharedMemoryBytes: 64 * 1024 ** 2,
      log: { driver: 'json-file', options: { 'max-size': '10m', compress: 'true' } },
    }),
  ).toEqual([]);
});

test('a container that was made before containers were confined is no different for it', () => {
  expect(said({ confinement: null })).toEqual([]);
});

test.each<[string, Partial<ContainerDescription>]>([
  ['memory is 1536 MB, should be 1 GB', { memoryBytes: 1.5 * gigabyte }],
  ['memory is unlimited, should be 1 GB', { memoryBytes: null }],
  ['swap is 512 MB, should be none', { swapBytes: gigabyte / 2 }],
  ['CPU limit is 0.5 CPUs, should be 2 CPUs', { cpus: 0.5 }],
  ['CPU limit is none, should be 2 CPUs', { cpus: null }],
  ['image is pgrow/postgres:17-b, should be pgrow/postgres:17-a', { image: 'pgrow/postgres:17-b' }],
  ['network is none, should be shop', { attachments: [] }],
  ['network aliases are none, should be primary', otherwise({ aliases: ['postgres-1'] })],
  [
    'network aliases are postgres, primary, should be primary',
    otherwise({ aliases: ['postgres', 'postgres-1', 'primary'] }),
  ],
  ['address is none, should be 10.48.4.2', otherwise({ address: null })],
  ['address is 10.48.7.1, should be 10.48.4.2', otherwise({ address: '10.48.7.1' })],
  ['volumes are none, should be shop-postgres-1 at /var/lib/postgresql', { mounts: [] }],
  [
    'published ports are 0.0.0.0:20000 to 5432, should be 127.0.0.1:20000 to 5432',
    { ports: [{ container: 5432, address: '0.0.0.0', host: 20_000 }] },
  ],
  ['label pgrow.node is absent, should be postgres-1', { labels: {} }],
  ['restart policy is always, should be unless-stopped', { restart: 'always' }],
  ['privileged mode is on, should be off', { privileged: true }],
  ['dropped capabilities are none, should be ALL', { droppedCapabilities: [] }],
  ['added capabilities are SYS_ADMIN, should be none', { addedCapabilities: ['SYS_ADMIN'] }],
  ['security options are none, should be no-new-privileges', { securityOptions: [] }],
  [
    'process limit is none, should be 100',
    { confinement: { ...should.confinement!, processes: Number.POSITIVE_INFINITY } },
  ],
  ['core dump limit is unlimited, should be none', { confinement: { ...should.confinement!, coreBytes: null } }],
  [
    'directories in volumes of its own are none, should be /etc/pgrow',
    { confinement: { ...should.confinement!, kept: [] } },
  ],
  [
    'directories in memory are none, should be /tmp (1 MB, mode 1777)',
    { confinement: { ...should.confinement!, inMemory: [] } },
  ],
  ['log option max-size is absent, should be 10m', { log: { driver: 'json-file', options: {} } }],
  [
    'health check is none, should be "pgrow-alive" every 10 s, for 3 s at most, unhealthy after 3, not counted for 60 s',
    { healthCheck: null },
  ],
])('%s', (says, change) => {
  expect(said(change)).toEqual([says]);
});

test('an address where the engine chooses is no difference', () => {
  const free = { ...should, ...otherwise({ address: null }) };
  expect(differencesOf(should, free)).toEqual([]);
});

test('networks are compared one by one, and what is wrong says which to leave and to join', () => {
  const [main] = should.attachments;
  const clients = { network: 'shop-clients', aliases: ['front'], address: '10.52.0.2' };
  const both = { ...should, attachments: [main!, clients] };
  const networks = (...attachments: ContainerDescription['attachments']) =>
    differencesOf({ ...both, attachments }, both).map((difference) => [difference.says, difference.networks]);

  expect(networks(clients, main!)).toEqual([]);
  expect(networks(main!)).toEqual([
    ['network is shop, should be shop, shop-clients', { leave: [], join: ['shop-clients'] }],
  ]);
  expect(networks(main!, clients, { ...clients, network: 'other' })).toEqual([
    ['network is other, shop, shop-clients, should be shop, shop-clients', { leave: ['other'], join: [] }],
  ]);
  const again = { leave: ['shop-clients'], join: ['shop-clients'] };
  expect(networks(main!, { ...clients, aliases: [], address: null })).toEqual([
    ['network aliases in shop-clients are none, should be front', again],
    ['address in shop-clients is none, should be 10.52.0.2', again],
  ]);
});

test('limits alone can be changed while it runs', () => {
  const differing = (change: Partial<ContainerDescription>) => differencesOf({ ...should, ...change }, should);
  expect(canChangeLive(differing({ memoryBytes: null, cpus: 1, swapBytes: 1 }))).toBe(true);
  expect(canChangeLive(differing({ memoryBytes: null, hostname: 'x' }))).toBe(false);
});
