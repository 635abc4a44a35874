import type Docker from 'dockerode';
import { expect, test } from 'vitest';

import { differencesOf } from '../../domain/container-description.ts';
import { descriptionOf } from '../describe.ts';
import { containerDescription } from './container-description.ts';

const spec = {
  name: 'shop-postgres-1',
  image: 'pgrow/postgres:17-a',
  hostname: 'postgres-1',
  network: 'shop',
  aliases: ['postgres-1', 'primary'],
  mounts: [{ volume: 'data', path: '/data' }],
  ports: [{ container: 5432, host: 20_000 }],
  labels: { 'pgrow.node': 'postgres-1' },
  environment: { LANG: 'C' },
  restart: 'unless-stopped',
  memoryBytes: 1024 ** 3,
  cpus: 2,
  confinement: {
    processes: 100,
    coreBytes: 0,
    kept: ['/etc/pgrow'],
    inMemory: [{ path: '/tmp', bytes: 1024 ** 2, mode: 0o1777 }],
  },
} as const;

const hostConfig = {
  RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
  PortBindings: { '5432/tcp': [{ HostIp: '127.0.0.1', HostPort: '20000' }] },
  Privileged: false,
  CapAdd: null,
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges'],
  Memory: 1024 ** 3,
  MemorySwap: 1024 ** 3,
  NanoCpus: 0,
  CpuPeriod: 100_000,
  CpuQuota: 200_000,
  ReadonlyRootfs: true,
  PidsLimit: 100,
  Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
  Mounts: [
    { Type: 'volume', Source: 'data', Target: '/data' },
    { Type: 'volume', Target: '/etc/pgrow' },
  ],
  Tmpfs: { '/tmp': 'size=1048576,mode=1777,uid=999,gid=999' },
  ShmSize: 64 * 1024 ** 2,
  LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
};

/** As engine 20.10 tells of it, with the image's command, variables, labels and health check. */
const inspected = (change: object = {}, aliases: readonly string[] = ['primary', '0123456789ab', 'postgres-1']) =>
  containerDescription({
    Id: '0123456789abcdef',
    Name: '/shop-postgres-1',
    Config: {
      Image: 'pgrow/postgres:17-a',
      Hostname: 'postgres-1',
      Cmd: ['pgrow-node'],
      Env: ['LANG=C', 'PATH=/usr/bin'],
      Labels: { 'pgrow.node': 'postgres-1', maintainer: 'debian' },
      Healthcheck: { Test: ['CMD', 'pgrow-alive'], Interval: 10e9 },
    },
    HostConfig: { ...hostConfig, ...change },
    Mounts: [
      { Type: 'volume', Name: 'data', Source: '/var/lib/docker/volumes/data/_data', Destination: '/data' },
      { Type: 'volume', Name: '0123abcd', Source: '/var/lib/docker/volumes/0123abcd/_data', Destination: '/etc/pgrow' },
    ],
    NetworkSettings: { Networks: { shop: { Aliases: aliases } } },
  } as unknown as Docker.ContainerInspectInfo);

const said = (is: ReturnType<typeof inspected>) => differencesOf(is, descriptionOf(spec)).map(({ says }) => says);

test.each<[string, object]>([
  ['20.10', {}],
  ['that writes options as pairs', { SecurityOpt: ['no-new-privileges:true'] }],
  ['whose kernel counts no swap', { MemorySwap: -1 }],
  ['whose limit was set by docker update --cpus', { NanoCpus: 2e9, CpuPeriod: 0, CpuQuota: 0 }],
  ['that names capabilities in full', { CapDrop: ['CAP_ALL'] }],
])('what an engine %s tells of a container of ours equals its spec', (_, change) => {
  expect(said(inspected(change))).toEqual([]);
});

test('engines from 25 on do not list the short id', () => {
  expect(said(inspected({}, ['postgres-1', 'primary']))).toEqual([]);
});

test('a process limit that was lifted is a difference, but none of an engine that cannot limit them', () => {
  expect(said(inspected({ PidsLimit: -1 }))).toEqual(['process limit is none, should be 100']);
  for (const PidsLimit of [null, 0]) expect(said(inspected({ PidsLimit }))).toEqual([]);
});

test('a container that may write anywhere was made by an earlier version', () => {
  const earlier = inspected({ ReadonlyRootfs: false, PidsLimit: null, Ulimits: null, Tmpfs: undefined });
  expect(earlier.confinement).toBeNull();
  expect(said({ ...earlier, mounts: [{ volume: 'data', path: '/data' }] })).toEqual([]);
});

test('what is not limited is unlimited, and swap that was never set is as much as memory', () => {
  expect(said(inspected({ CpuQuota: 0, Memory: 0, MemorySwap: 0 }))).toEqual([
    'memory is unlimited, should be 1 GB',
    'CPU limit is none, should be 2 CPUs',
  ]);
  expect(said(inspected({ MemorySwap: 0 }))).toEqual(['swap is 1 GB, should be none']);
});

test('a health check without times has those of the engine', () => {
  expect(inspected().healthCheck).toEqual({
    command: ['pgrow-alive'],
    intervalSeconds: 10,
    timeoutSeconds: 30,
    retries: 3,
    startPeriodSeconds: 0,
  });
});
