import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { createDockerPlatform } from '../../src/platform/docker/index.ts';
import { differencesOf } from '../../src/domain/container-description.ts';
import { descriptionOf } from '../../src/platform/describe.ts';
import { connect, socketOf } from '../../src/platform/docker/connection.ts';
import type { ContainerSpec } from '../../src/platform/platform.ts';
import { freePort, image } from './platform-engines.ts';

const stack = `pgrow-test-${randomUUID().slice(0, 8)}`;
const labels = { 'pgrow.test': stack };
const platform = createDockerPlatform();

const spec = (name: string, more: Partial<ContainerSpec> = {}): ContainerSpec => ({
  name: `${stack}-${name}`,
  image,
  hostname: name,
  command: ['sleep', '1000'],
  network: stack,
  aliases: [name],
  mounts: [],
  ports: [],
  labels,
  environment: {},
  restart: 'no',
  memoryBytes: 64 * 1024 ** 2,
  cpus: 0.5,
  confinement: null,
  ...more,
});

beforeAll(() => platform.ensureNetwork({ name: stack, labels }));
afterAll(async () => {
  for (const name of (await platform.findByLabels(labels)).containers) await platform.removeContainer(name);
  await platform.removeNetwork(stack);
});

describe('a real container', { timeout: 60_000 }, () => {
  test('has no capability, gains none, is limited, and answers to its aliases', async () => {
    const { name } = spec('locked');
    const port = await freePort();
    const limits = { sharedMemoryBytes: 32 * 1024 ** 2, cpus: 64, environment: { LANG: 'C' } };
    await platform.ensureContainer(
      spec('locked', {
        ...limits,
        aliases: ['locked', 'primary'],
        ports: [{ container: 5432, host: port }],
      }),
    );
    await platform.startContainer(name);
    const read = async (...command: string[]): Promise<string> => (await platform.exec(name, command)).stdout;

    const status = await read('cat', '/proc/self/status');
    expect(status).toMatch(/CapBnd:\s0+\n/);
    expect(status).toMatch(/NoNewPrivs:\s1\n/);
    const memory = await read(
      'sh',
      '-c',
      'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>&-',
    );
    expect(memory).toBe(`${64 * 1024 ** 2}\n`);
    expect(await read('df', '--output=size', '/dev/shm')).toMatch(/\b32768\n/);
    const { address } = (await platform.inspectContainer(name)) ?? {};
    expect(await read('getent', 'hosts', 'primary')).toContain(`${address} `);
  });
});

describe('a process that has put something else in the place of its file', { timeout: 60_000 }, () => {
  const { name } = spec('tricky');
  const path = '/etc/pgrow/file';
  const run = async (script: string): Promise<string> => (await platform.exec(name, ['sh', '-c', script])).stdout;
  const put = () => platform.putFiles(name, [{ path, content: 'ours', mode: 0o644 }]);

  beforeAll(async () => {
    const confinement = { processes: 50, coreBytes: 0, kept: ['/etc/pgrow', '/kept'], inMemory: [] };
    await platform.ensureContainer(spec('tricky', { confinement }));
    await platform.startContainer(name);
  });

  test.each([
    ['a symbolic link to another file', `ln -s /kept/other ${path}`],
    ['a relative one that leads up', `ln -s ../../kept/other ${path}`],
    ['one to a file of the host', `ln -s /proc/1/root/kept/other ${path}`],
    ['one to nothing', `ln -s /kept/new ${path}`],
    ['one to a directory', `ln -s /kept ${path}`],
    ['a hard link', `ln /etc/pgrow/linked ${path}`],
    ['a directory with a link in it', `mkdir ${path} && ln -s /kept ${path}/inside`],
    ['a pipe that no one reads', `mkfifo ${path}`],
  ])('does not have it followed: %s', async (_, trick) => {
    await run(`rm -rf ${path} /kept/*; echo other >/kept/other; echo linked >/etc/pgrow/linked; ${trick}`);
    await put();
    expect(await run(`stat -c '%F %a %u' ${path}; cat ${path}`)).toBe('regular file 644 999\nours');
    expect(await run('ls /kept; cat /kept/other /etc/pgrow/linked')).toBe('other\nother\nlinked\n');
  });

  test('cannot put anything in the place of the directory itself', async () => {
    const tried = await platform.exec(name, ['sh', '-c', 'rm -rf /etc/pgrow; ln -sT /kept /etc/pgrow']);
    expect(tried).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/busy|Read-only/) });
    await put();
    expect(await run(`cat ${path}; ls /kept`)).toBe('oursother\n');
  });
});

test('limits that were changed by hand are found', { timeout: 60_000 }, async () => {
  const limited = spec('limited');
  await platform.ensureContainer(limited);
  const container = connect().docker.getContainer(limited.name);
  await container.update({ Memory: 32 * 1024 ** 2, MemorySwap: 96 * 1024 ** 2, CpuQuota: 25_000 });
  const is = await platform.describeContainer(limited.name);
  expect(differencesOf(is!, descriptionOf(limited)).map(({ says }) => says)).toEqual([
    'memory is 32 MB, should be 64 MB',
    'swap is 64 MB, should be none',
    'CPU limit is 0.25 CPUs, should be 0.5 CPUs',
  ]);
});

describe('when the engine goes away', { timeout: 60_000 }, () => {
  const socketPath = join(tmpdir(), `${stack}.sock`);
  afterAll(() => rm(socketPath, { force: true }));

  test('calls say so, and a watcher misses nothing once it is back', async () => {
    const remote = createDockerPlatform({ socketPath });
    await expect(remote.ping()).rejects.toMatchObject({ code: 'docker_unavailable' });

    const { name } = spec('watched');
    const line = await openLine(socketPath);
    const calledOff = new AbortController();
    const actions: string[] = [];
    const watched = (async () => {
      for await (const { action } of remote.watch(labels, calledOff.signal)) actions.push(action);
    })();
    await remote.ensureContainer(spec('watched'));
    await remote.startContainer(name);
    await vi.waitFor(() => expect(actions).toEqual(['start']), 10_000);

    await line.cut();
    await expect(remote.startContainer(name)).rejects.toMatchObject({ code: 'docker_unavailable' });
    await platform.removeContainer(name);
    const again = await openLine(socketPath);
    // Engines from 23 on report the exit once the container has left its network.
    await vi.waitFor(() => expect(actions.toSorted()).toEqual(['die', 'disconnect', 'start']), 10_000);

    calledOff.abort();
    await watched;
    await again.cut();
  });

  test('every call is in the log before and after, without contents', async () => {
    const lines: object[] = [];
    const remote = createDockerPlatform({
      socketPath,
      log: { debug: (fields, message) => lines.push({ ...fields, message }) },
    });
    await remote.putFiles('shop', [{ path: '/etc/x', content: 'hush', mode: 0o600 }]).catch(() => {});
    expect(lines).toEqual([
      { call: 'putFiles', name: 'shop', message: 'docker call begins' },
      expect.objectContaining({
        call: 'putFiles',
        name: 'shop',
        message: 'docker call failed',
        duration_ms: expect.any(Number),
      }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('hush');
  });
});

/** A way to the engine that can be cut. */
const openLine = async (socketPath: string): Promise<{ cut: () => Promise<void> }> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connectSocket({
      path: socketOf(process.env.DOCKER_HOST ?? '') ?? '',
      allowHalfOpen: true,
    });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => (near.destroy(), far.destroy()));
    }
    near.pipe(far).pipe(near);
  }).listen(socketPath);
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    cut: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};
