import { expect, test } from 'vitest';

import { differencesOf } from '../../src/domain/container-description.ts';
import { descriptionOf } from '../../src/platform/describe.ts';
import { everywhere, onEveryEngine, waitUntil } from './platform-bench.ts';
import { crashableScript, freePort, image, missingImage } from './platform-engines.ts';

onEveryEngine(
  'containers, volumes and networks',
  ({ platform, impatient, crash, takePort, stack, labels, spec, created, started }) => {
    test('answers, has room, and knows its images', async () => {
      await platform.ping();
      expect(await platform.freeBytes()).toBeGreaterThan(0);
      const { memory_bytes, cpus } = await platform.capacity();
      expect(memory_bytes).toBeGreaterThan(1024 ** 3);
      expect(cpus).toBeGreaterThanOrEqual(1);
      expect(await platform.hasImage(image)).toBe(true);
      expect(await platform.hasImage(missingImage)).toBe(false);
    });

    test('several callers at once get one network, one volume, one container', async () => {
      const name = `${stack}-shared`;
      await everywhere(() => platform.ensureNetwork({ name, labels }));
      await everywhere(() => platform.ensureVolume({ name, labels }));
      await everywhere(() =>
        platform.ensureContainer(spec({ name, network: name, mounts: [{ volume: name, path: '/data' }] })),
      );
      await everywhere(() => platform.startContainer(name));
      expect(await platform.findByLabels(labels)).toEqual({
        containers: [name],
        volumes: [name],
        networks: [stack, name],
      });

      await everywhere(() => platform.stopContainer(name, 0));
      await everywhere(() => platform.removeContainer(name));
      await everywhere(() => platform.removeVolume(name));
      await everywhere(() => platform.removeNetwork(name));
      expect(await platform.findByLabels(labels)).toEqual({
        containers: [],
        volumes: [],
        networks: [stack],
      });
    });

    test('a container is created stopped, has an address while it runs, and can be started again', async () => {
      const name = await created();
      const down = { name, running: false, health: 'none', restarts: 0, address: null, labels };
      expect(await platform.inspectContainer(name)).toMatchObject({ ...down, exitCode: null });

      await platform.startContainer(name);
      const prefix = (await platform.networkGateway(stack)).replace(/\d+$/, '');
      const listed = async () => (await platform.listContainers(labels)).find((state) => state.name === name);
      const up = { running: true, exitCode: null, address: expect.stringContaining(prefix) };
      expect(await platform.inspectContainer(name)).toMatchObject(up);
      expect(await listed()).toMatchObject({ ...up, name, frozen: false, health: 'none', labels });

      await platform.stopContainer(name, 0);
      const stopped = await platform.inspectContainer(name);
      expect(stopped).toMatchObject({ ...down, exitCode: expect.any(Number) });
      expect(await listed()).toMatchObject({ ...down, exitCode: stopped?.exitCode });

      await platform.startContainer(name);
      await platform.restartContainer(name, 0);
      expect(await platform.inspectContainer(name)).toMatchObject({ running: true, restarts: 0 });
      await platform.removeContainer(name);
      expect(await platform.inspectContainer(name)).toBeNull();
    });

    test('a container that is there stays as it is, even if its image is gone', async () => {
      const name = await started();
      await platform.ensureContainer(spec({ name, image: missingImage, labels: { ...labels, other: 'yes' } }));
      expect(await platform.inspectContainer(name)).toMatchObject({ running: true, labels });
    });

    test('what was made compares as equal, created, running and stopped, and what is absent is not described', async () => {
      const port = await freePort();
      const healthCheck = {
        command: ['true'],
        intervalSeconds: 10,
        timeoutSeconds: 3,
        retries: 3,
        startPeriodSeconds: 60,
      };
      const described = spec({
        aliases: ['primary'],
        mounts: [{ volume: `${stack}-described`, path: '/data' }],
        ports: [{ container: 5432, host: port }],
        environment: { LANG: 'C', OPTIONS: 'a=b' },
        labels: { ...labels, 'pgrow.node': 'described' },
        restart: 'unless-stopped',
        sharedMemoryBytes: 32 * 1024 ** 2,
        healthCheck,
        confinement: {
          processes: 50,
          coreBytes: 0,
          kept: ['/etc/pgrow'],
          inMemory: [{ path: '/tmp', bytes: 1024 ** 2, mode: 0o1777 }],
        },
      });
      const { name } = described;
      const differences = async (should = described) =>
        differencesOf((await platform.describeContainer(name))!, descriptionOf(should)).map(({ says }) => says);
      await platform.ensureContainer(described);
      expect(await differences()).toEqual([]);
      await platform.startContainer(name);
      expect(await differences()).toEqual([]);
      expect(await differences({ ...described, memoryBytes: 128 * 1024 ** 2, cpus: 1, aliases: [] })).toEqual([
        'network aliases are primary, should be none',
        'memory is 64 MB, should be 128 MB',
        'CPU limit is 0.5 CPUs, should be 1 CPUs',
      ]);
      await platform.stopContainer(name, 0);
      expect(await differences()).toEqual([]);
      await platform.removeContainer(name);
      expect(await platform.describeContainer(name)).toBeNull();
    });

    // A worker that died between creating a container and giving it its files left one that could be started without them.
    test('a container has its files before anything starts it, also one that was created before', async () => {
      const files = [{ path: '/etc/pgrow-test.conf', content: 'described\n', mode: 0o644 }];
      const name = await created();
      await platform.ensureContainer(spec({ name, files }));
      await platform.startContainer(name);
      expect((await platform.exec(name, ['cat', '/etc/pgrow-test.conf'])).stdout).toBe('described\n');
    });

    test('a missing image is named, with what builds it, and nothing is created', async () => {
      const error = {
        code: 'image_missing',
        message: expect.stringMatching(`${missingImage}.*\\./pgrow up`),
      };
      await expect(created({ image: missingImage })).rejects.toMatchObject(error);
      expect((await platform.findByLabels(labels)).containers).toEqual([]);
    });

    test('a port that another container has is named; once it is free the start succeeds', async () => {
      const port = await freePort();
      const ports = [{ container: 5432, host: port }];
      const first = await started({ ports });
      const second = await created({ ports });
      const error = {
        code: 'port_taken',
        message: expect.stringMatching(`${second}.*127\\.0\\.0\\.1:${port} `),
      };
      await expect(platform.startContainer(second)).rejects.toMatchObject(error);
      expect(await platform.inspectContainer(second)).toMatchObject({
        running: false,
        exitCode: null,
        address: null,
      });

      await platform.stopContainer(first, 0);
      await platform.startContainer(second);
      expect(await platform.inspectContainer(second)).toMatchObject({ running: true });
    });

    test('a port that another program has is named; once it is free the start succeeds', async () => {
      const port = await freePort();
      const release = await takePort(port);
      const name = await created({ ports: [{ container: 5432, host: port }] });
      const error = { code: 'port_taken', message: expect.stringContaining(`127.0.0.1:${port} `) };
      await expect(platform.startContainer(name)).rejects.toMatchObject(error);
      await release();
      await platform.startContainer(name);
    });

    test('without its network a container does not start', async () => {
      const start = started({ network: `${stack}-absent` });
      await expect(start).rejects.toMatchObject({
        code: 'node_failed',
        message: expect.stringContaining(`${stack}-absent`),
      });
      await expect(platform.networkGateway(`${stack}-absent`)).rejects.toMatchObject({
        code: 'node_failed',
      });
    });

    test('what ends a container takes an absent one for success, what needs it names it', async () => {
      const name = `${stack}-absent`;
      await platform.stopContainer(name, 0);
      await platform.removeContainer(name);
      await platform.removeVolume(name);
      await platform.removeNetwork(name);
      await platform.signalContainer(name, 'KILL');
      await platform.signalContainer(name, 'HUP');
      expect(await platform.inspectContainer(name)).toBeNull();

      const error = {
        code: 'node_failed',
        message: expect.stringMatching(`${name}.*no such container`),
      };
      await expect(platform.startContainer(name)).rejects.toMatchObject(error);
      await expect(platform.restartContainer(name, 0)).rejects.toMatchObject(error);
      await expect(platform.exec(name, ['true'])).rejects.toMatchObject(error);
      await expect(platform.execInteractive(name, ['true'])).rejects.toMatchObject(error);
      await expect(platform.readLogs(name, 1)).rejects.toMatchObject(error);
      const file = { path: '/etc/x', content: '', mode: 0o600 };
      await expect(platform.putFiles(name, [file])).rejects.toMatchObject(error);
    });

    test('what a container uses is not removed, but is as soon as the container is', async () => {
      const volume = `${stack}-used`;
      const name = await started({ mounts: [{ volume, path: '/data' }] });
      const error = (what: string) => ({
        code: 'not_ready',
        message: expect.stringMatching(`${what}.*still uses it`),
      });
      await expect(impatient.removeVolume(volume)).rejects.toMatchObject(error(volume));
      await expect(impatient.removeNetwork(stack)).rejects.toMatchObject(error(stack));

      await Promise.all([platform.removeVolume(volume), platform.removeContainer(name)]);
      expect(await platform.findByLabels(labels)).toEqual({
        containers: [],
        volumes: [],
        networks: [stack],
      });
    });

    test('one that runs once stays down with its exit code', async () => {
      const name = await started({ command: ['sh', '-c', 'exit 3'] });
      await waitUntil(async () =>
        expect(await platform.inspectContainer(name)).toMatchObject({ running: false, exitCode: 3 }),
      );
    });

    test('one that dies comes back, also after a signal to reload; one that was killed on purpose does not, until it is started', async () => {
      const name = await started({ command: crashableScript, restart: 'unless-stopped' });
      await waitUntil(async () => expect(await platform.readLogs(name, 1)).toBe('ready\n'));
      await platform.signalContainer(name, 'SIGHUP');
      await crash(name);
      await waitUntil(async () =>
        expect(await platform.inspectContainer(name)).toMatchObject({ running: true, restarts: 1 }),
      );

      await platform.signalContainer(name, 'KILL');
      await waitUntil(async () =>
        expect(await platform.inspectContainer(name)).toMatchObject({
          running: false,
          exitCode: 137,
        }),
      );

      await platform.startContainer(name);
      expect(await platform.inspectContainer(name)).toMatchObject({ running: true, restarts: 0 });
    });

    // A database that is stopped on purpose: an engine that starts again would bring back what it has not stopped itself.
    test('one that may not come back stays down when it dies, and comes back once it may again; absent is success', async () => {
      const name = await started({ command: crashableScript, restart: 'unless-stopped' });
      const restart = async () => (await platform.describeContainer(name))?.restart;
      await waitUntil(async () => expect(await platform.readLogs(name, 1)).toBe('ready\n'));
      await platform.setRestart(name, 'no');
      expect(await restart()).toBe('no');
      await crash(name);
      await waitUntil(async () =>
        expect(await platform.inspectContainer(name)).toMatchObject({ running: false, exitCode: 7, restarts: 0 }),
      );

      await platform.setRestart(name, 'unless-stopped');
      expect(await restart()).toBe('unless-stopped');
      expect(await platform.inspectContainer(name)).toMatchObject({ running: false });
      await platform.startContainer(name);
      await waitUntil(async () => expect(await platform.readLogs(name, 1)).toBe('ready\n'));
      await crash(name);
      await waitUntil(async () =>
        expect(await platform.inspectContainer(name)).toMatchObject({ running: true, restarts: 1 }),
      );
      await platform.setRestart(`${name}-absent`, 'no');
    });

    test('a container is limited to other CPUs while it runs and while it does not; absent is success', async () => {
      const name = await started({ cpus: 0.5 });
      const cpus = async () => (await platform.describeContainer(name))?.cpus;
      const { startedAt } = (await platform.inspectContainer(name))!;
      await everywhere(() => platform.limitContainer(name, { cpus: 1.25 }));
      expect(await cpus()).toBe(1.25);
      expect(await platform.inspectContainer(name)).toMatchObject({ running: true, startedAt, restarts: 0 });
      await platform.stopContainer(name, 0);
      // More than the host may have: it is a share of time, not a number of its CPUs.
      await platform.limitContainer(name, { cpus: 300 });
      expect(await cpus()).toBe(300);
      await platform.limitContainer(`${name}-absent`, { cpus: 1 });
    });

    test('a search without a label is refused', async () => {
      await expect(platform.findByLabels({})).rejects.toThrow('at least one label');
      expect(() => platform.watch({}, new AbortController().signal)).toThrow('at least one label');
    });
  },
);
